"""Which department must act on an appeal: chosen by its topic and its territory, or left to a coordinator."""
