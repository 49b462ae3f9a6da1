"""Files of posts, of any size, sent to an input topic; resumed where they were interrupted."""
