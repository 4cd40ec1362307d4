"""Models of the archive itself, one file per noun."""

from kedang.business.holdings.models.arrival import ArrivalState, PackageArrival
from kedang.business.holdings.models.care import (
    ClimateLimit,
    ClimateReading,
    Equipment,
    EquipmentKind,
    Finding,
    FindingSource,
    Inspection,
    InspectionOccasion,
    RoomVisit,
)
from kedang.business.holdings.models.handing import (
    CheckResult,
    CheckRun,
    Package,
    PackageKind,
    Transfer,
    TransferLine,
)
from kedang.business.holdings.models.item import FilingTrace, Item, ItemFile, ReferenceCode
from kedang.business.holdings.models.location import Location, Placement, StockLine, StockScan, StockTake
from kedang.business.holdings.models.project import Project, ProjectState
from kedang.business.holdings.models.report import StatisticsReport
from kedang.business.holdings.models.scheme import (
    CodeTemplate,
    DocumentType,
    RetentionPeriod,
    Scheme,
    Series,
    SeriesMerger,
)
from kedang.business.holdings.models.sheet import (
    CoverSize,
    FormKind,
    PageMarks,
    PrintedSheet,
    PrintSettings,
    Sides,
    SpineWidth,
    Standard,
)
from kedang.business.holdings.models.volume import Volume, VolumeNote, VolumeReopening

__all__ = [
    "ArrivalState",
    "CheckResult",
    "CheckRun",
    "ClimateLimit",
    "ClimateReading",
    "CodeTemplate",
    "CoverSize",
    "DocumentType",
    "Equipment",
    "EquipmentKind",
    "FilingTrace",
    "Finding",
    "FindingSource",
    "FormKind",
    "Inspection",
    "InspectionOccasion",
    "Item",
    "ItemFile",
    "Location",
    "Package",
    "PackageArrival",
    "PackageKind",
    "PageMarks",
    "Placement",
    "PrintSettings",
    "PrintedSheet",
    "Project",
    "ProjectState",
    "ReferenceCode",
    "RetentionPeriod",
    "RoomVisit",
    "Scheme",
    "Series",
    "SeriesMerger",
    "Sides",
    "SpineWidth",
    "Standard",
    "StatisticsReport",
    "StockLine",
    "StockScan",
    "StockTake",
    "Transfer",
    "TransferLine",
    "Volume",
    "VolumeNote",
    "VolumeReopening",
]
