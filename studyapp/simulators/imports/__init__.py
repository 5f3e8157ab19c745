"""The JSON people already have from AWS, turned into a question about placement, and back.

Nothing of botocore is imported until the first document is read.
"""

from studyapp.simulators.imports.exporting import Exported, export_placement
from studyapp.simulators.imports.family import FAMILIES
from studyapp.simulators.imports.importing import Imported, import_placement
from studyapp.simulators.imports.kinds import Document, read_document

__all__ = ["FAMILIES", "Document", "Exported", "Imported", "export_placement", "import_placement", "read_document"]
