"""Read the files of an import: encodings, delimiters, header rows, workbooks."""
