run(setting("CONFIGURATION"))
