"""What is made of the document: the client package, and overlays for other generators."""
