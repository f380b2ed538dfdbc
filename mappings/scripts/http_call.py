text = request()
if setting("LOG", False):
    print(text)
hand_on(text)
