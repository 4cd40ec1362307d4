from tests.files.clamd import clamd_folder, scanner, scanner_process

__all__ = ["clamd_folder", "scanner", "scanner_process"]
