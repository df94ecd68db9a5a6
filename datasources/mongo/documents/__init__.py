"""The collections: what a document of each holds, and by which indexes it is found.

Ids are the records' global ids as `_id`, where nothing else is said. Dates are BSON dates, in whole milliseconds.
Indexes carry names, by which `migrate` knows them.
"""

from typing import Final

from beanie import Document

from datasources.mongo.documents.claims import CreationClaimDocument
from datasources.mongo.documents.rooms import room_documents
from datasources.mongo.documents.workspaces import (
    ChannelDocument,
    InvitationDocument,
    MembershipDocument,
    WorkspaceDocument,
)

DOCUMENTS: Final[tuple[type[Document], ...]] = (
    WorkspaceDocument,
    MembershipDocument,
    InvitationDocument,
    ChannelDocument,
    CreationClaimDocument,
    *room_documents(),
)
