"""Words without tables: clock, identities, refusals, value types, Chinese text, check digits, keys.

Everything else may lean on these; they lean on nothing of ours.
"""
