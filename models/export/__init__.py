"""Makes a model folder from a Hugging Face encoder: `python -m models.export`.

Needs the extra `export`.  Nothing here is imported when a model is used.
"""
