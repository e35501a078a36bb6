### Why a file or a row of it was not taken.

rejected-empty-file = The file is empty: its first line must name the columns.
rejected-invalid-header = The first line of the file, which names the columns, is no CSV. Check its quotes.
rejected-unknown-column = The first line of the file has no such column. Check the name, the delimiter and the encoding.
rejected-wrong-columns =
    { $columns ->
        [one] The row has { $columns } column
       *[other] The row has { $columns } columns
    } and the header { $expected }.
rejected-invalid-moment = The date is not written as the options of the import say.
rejected-invalid-csv = A quote of this line is not closed, or closed in the middle of a cell. A quote in a text is doubled.
rejected-too-many-rows =
    { $limit ->
        [one] A file may have { $limit } row.
       *[other] A file may have { $limit } rows.
    } Import the rest with another file.
