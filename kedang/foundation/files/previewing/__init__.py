"""Pictures of pages: drawn by a confined process when somebody looks, kept sealed for a while."""
