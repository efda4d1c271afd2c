from .built import BuiltFile, CollectionArchive, PageExport
from .document import Document
from .download import DownloadCount
from .materials import MaterialsPage
from .toolkit import ToolkitChapterPage, ToolkitPage
from .version import DocumentVersion

__all__ = [
    "BuiltFile",
    "CollectionArchive",
    "Document",
    "DocumentVersion",
    "DownloadCount",
    "MaterialsPage",
    "PageExport",
    "ToolkitChapterPage",
    "ToolkitPage",
]
