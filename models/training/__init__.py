"""Trains the heads of the shipped model on an encoder's embeddings.  Needs the extra `train`."""
