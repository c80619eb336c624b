"""Another program's window: whoever drags its handle drags the files named on the command line.

Usage: drag_source.py X Y FILE...   (X and Y: where the window goes, in pixels of the screen)

Prints "ready" once the handle can be dragged, and "dropped" when somebody took the files.
"""

import sys
from pathlib import Path

import gi

gi.require_version("Gdk", "3.0")
gi.require_version("Gtk", "3.0")
from gi.repository import Gdk, GLib, Gtk  # noqa: E402


def say(word):
    print(word, flush=True)
    return GLib.SOURCE_REMOVE


def main():
    x, y, *files = sys.argv[1:]
    addresses = [Path(file).as_uri() for file in files]

    handle = Gtk.Button(label="files")
    handle.drag_source_set(Gdk.ModifierType.BUTTON1_MASK, [], Gdk.DragAction.COPY)
    handle.drag_source_add_uri_targets()
    handle.connect("drag-data-get", lambda _widget, _context, data, *_: data.set_uris(addresses))
    handle.connect("drag-end", lambda *_: say("dropped"))

    # A popup needs no window manager to be placed, and there is none here.
    window = Gtk.Window(type=Gtk.WindowType.POPUP)
    window.set_default_size(100, 60)
    window.move(int(x), int(y))
    window.add(handle)
    window.connect("map-event", lambda *_: GLib.idle_add(say, "ready") and False)
    window.show_all()
    Gtk.main()


main()
