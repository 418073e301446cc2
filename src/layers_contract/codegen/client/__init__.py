"""How the client is made of the document, beside what openapi-python-client does itself."""
