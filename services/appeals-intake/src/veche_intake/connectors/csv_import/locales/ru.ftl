### Почему файл или строку файла не приняли.

rejected-empty-file = Файл пустой: в первой строке нужны названия столбцов.
rejected-unknown-column = В первой строке файла нет такого столбца. Проверьте название, разделитель и кодировку.
rejected-wrong-columns =
    { $columns ->
        [one] В строке { $columns } столбец
        [few] В строке { $columns } столбца
       *[other] В строке { $columns } столбцов
    }, а в заголовке { $expected }.
rejected-invalid-moment = Дата написана не так, как указано в настройках загрузки.
rejected-invalid-csv = Строка не похожа на CSV. Проверьте кавычки.
rejected-too-many-rows =
    { $limit ->
        [one] В файле может быть { $limit } строка.
        [few] В файле может быть { $limit } строки.
       *[other] В файле может быть { $limit } строк.
    } Остальные загрузите другим файлом.
