"""One tokenizer, one index, two databases: any fragment of a record's texts finds it, in the reader's scope.

**Offering records.** A room declares what is searched and registers it in ``search.py``, which is loaded at start-up::

    NAME = Field("N", _("名称"), is_spoken=True, is_exact=True)
    register(SearchSource(kind="customer", code=1, model=Customer, fields=(NAME, …), documents=documents_of))

and keeps the index in step inside its own transactions: ``index.put``, ``index.put_many`` (imports), ``index.remove``.
``encode(document)`` needs no database, so an import may run it in a worker process and write in another.

**Asking.** ``search_run(actor=…, kind="customer", text="中山 zsdjf")`` finds what the actor may see and records the search;
a page shows ``result.total_text``, its page numbers up to ``result.pages`` and, beside every hit, ``hit.why``::

    result = search_run(actor=request.user, kind="customer", text=text, page=page)
    rows = Customer.objects.visible_to(request.user).in_bulk(result.ids)
    for hit in result.hits: … rows[hit.id], hit.why …

Words separated by blanks must all be found, ``|`` or 或 between words means either. ``find`` is the same without a trail,
``suggest`` answers while somebody types a name.
"""
