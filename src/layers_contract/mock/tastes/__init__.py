"""The tastes: legal variations of the behaviour."""
