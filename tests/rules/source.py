"""What the rules have in common: the tree's files, C without comments and strings, and how a rule ends."""
import os
import re
import sys

ROOMS = ["base", "io", "backends", "autograd", "nn", "optim", "data", "train"]
TOKEN = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)


def read(root, path):
    with open(os.path.join(root, path), encoding="utf-8") as file:
        return file.read()


def files(root, folders, endings):
    """Paths below the folders, from the root, in order."""
    for folder in folders:
        for where, names, members in os.walk(os.path.join(root, folder)):
            names.sort()
            for member in sorted(members):
                if member.endswith(endings):
                    yield os.path.relpath(os.path.join(where, member), root)


def bare(text):
    """C with comments blank and strings empty; lines keep their numbers."""

    def blank(match):
        token = match.group()
        if token[0] in "\"'":
            return token[0] * 2
        return re.sub(r"[^\n]", " ", token)

    return TOKEN.sub(blank, text)


def finish(found, holds):
    """Prints what was found against the rule, or what holds, and exits."""
    for line in found:
        print(line)
    print(f"{len(found)} against the rule" if found else holds)
    sys.exit(1 if found else 0)
