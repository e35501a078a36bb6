"""Where an appeal is about: territory, street and house from an address as people write it. Never the flat."""
