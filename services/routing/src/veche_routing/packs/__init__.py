"""City packs: everything that is specific to one city, as dated data. Another city brings a folder of its own."""
