"""What proves an alert: voices, phrases, carriers, posts to quote, and the sentence."""
