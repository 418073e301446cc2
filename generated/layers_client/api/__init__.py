"""The operations, one folder a resource: the class with its methods, a module for each call."""
