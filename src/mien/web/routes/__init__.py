"""The API's routes, one file a noun; each only reads the request, calls a use case and shapes the answer."""
