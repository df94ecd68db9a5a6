"""Hinted hand-off: one mechanism for every crossing of stores. Source: consistency.md.

A pair of stores is one `RoomStore`. What one of them cannot take, the other keeps: the event and, in the same document
or row, the mark that it is owed. The sweeper delivers it. Until then readers read what is owed first, then the store.

    pair          what is put together of the rest
    sides         one store, asked with patience
    belief        whether anything is owed, and why that may be believed
    writing       attempts, marks, and when a write may be acknowledged
    claiming      idempotency keys
    reading       by keys; paging, merging: pages; log: events; conversations: somebody's list
    settling      marks cleared behind the acknowledgement
    sweeping      what is owed is delivered; twins: what was sent twice
    report        what /health says
"""

from datasources.layers.handoff.conversations import HandedOverConversations
from datasources.layers.handoff.pair import Handoff
from datasources.layers.handoff.report import OwedReport
from datasources.layers.handoff.restamp import restamping

__all__ = ["HandedOverConversations", "Handoff", "OwedReport", "restamping"]
