"""Work of the store outside a request, one module a part."""
