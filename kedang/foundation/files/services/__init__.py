"""Verbs of stored files. Rights are asked by the record a file belongs to: a file has no reader of its own."""

from kedang.foundation.files.services.erasing import file_erase as file_erase
from kedang.foundation.files.services.fixity import fixity_check as fixity_check
from kedang.foundation.files.services.reading import file_open as file_open
from kedang.foundation.files.services.repairing import fault_settle as fault_settle
from kedang.foundation.files.services.repairing import files_repair as files_repair
from kedang.foundation.files.services.scanning import file_release as file_release
from kedang.foundation.files.services.scanning import file_rescan as file_rescan
from kedang.foundation.files.services.scanning import file_scan as file_scan
from kedang.foundation.files.services.serving import file_serve as file_serve
from kedang.foundation.files.services.storing import SealedFile as SealedFile
from kedang.foundation.files.services.storing import Sealing as Sealing
from kedang.foundation.files.services.storing import file_enter as file_enter
from kedang.foundation.files.services.storing import file_store as file_store
from kedang.foundation.files.services.unpacking import Unpacked as Unpacked
from kedang.foundation.files.services.unpacking import files_from_zip as files_from_zip
