"""Makes a second build of a checkout, whose maps have other layouts, and a folder that labs take their programs from.

other_build.py CHECKOUT FOLDER

FOLDER/target/jars/this   a copy of what the checkout was built to
FOLDER/target/jars/other  the same with another bpf jar: fields moved, wider, new; objects compiled from them
FOLDER/target/jars/current  a link to one of them, at first to `this`
"""

import glob
import os
import re
import shutil
import subprocess
import sys


def rewritten(text, pattern, replacement):
    made, count = re.subn(pattern, replacement, text, flags=re.DOTALL)
    if count != 1:
        sys.exit("the headers have %d of '%s'" % (count, pattern))
    return made


def change(path, *pairs):
    with open(path) as file:
        text = file.read()
    for pattern, replacement in pairs:
        text = rewritten(text, pattern, replacement)
    with open(path, "w") as file:
        file.write(text)


def change_layouts(maps):
    change(
        maps + "/conntrack.h",
        # another order in the key
        (r"(\t__be16 low_port [^\n]*;\n\t__be16 high_port;\n\t__u8 protocol;\n\t__u8 family [^\n]*;\n)(\t__u16 scope [^\n]*;\n)",
         r"\2\1"),
        # a new field in front, a wider one, others behind it
        (r"struct ct_entry \{\n", "struct ct_entry {\n\t__u64 begun;\n"),
        (r"(\t__be16 nat_port [^\n]*;\n)\t__u16 (endpoint [^\n]*;\n)", r"\t__u32 \2\1"),
        (r"(\t__be16 peer_port;\n)(\t__u32 service [^\n]*;\n)", r"\1\t__u16 pad0;\n\2\t__u32 pad1;\n"),
        (r"LAYOUT_SIZE\(struct ct_entry, 48\)", "LAYOUT_SIZE(struct ct_entry, 64)"),
        # another size
        (r"(__type\(value, struct fragment_entry\);\n\t__uint\(max_entries, )8192", r"\g<1>4096"),
    )
    change(
        maps + "/nat.h",
        (r"(\tunion ip pod;\n)(\t__u64 deadline [^\n]*;\n)", r"\2\1"),
        (r"\t__u32 pad1;", "\t__u32 zone;"),
    )


def run(*command, **options):
    subprocess.run(command, check=True, **options)


def build(checkout, folder):
    os.makedirs(folder + "/scripts")
    for script in ("run", "jdk"):
        shutil.copy(checkout + "/scripts/" + script, folder + "/scripts")
    for built in ("cni", "lab"):
        os.symlink(checkout + "/" + built, folder + "/" + built)
    shutil.copytree(checkout + "/bpf", folder + "/bpf", ignore=shutil.ignore_patterns("target"))
    jars = folder + "/target/jars"
    os.makedirs(jars)
    for copy in ("this", "other"):
        shutil.copytree(checkout + "/target/jars/current", jars + "/" + copy, ignore=shutil.ignore_patterns("*.aot"))
    os.symlink("this", jars + "/current")
    change_layouts(folder + "/bpf/src/main/c/maps")
    run("make", "-s", "-C", folder + "/bpf", "gen", stdout=subprocess.DEVNULL)
    jdk = subprocess.check_output([checkout + "/scripts/jdk"], text=True).strip()
    classes = folder + "/bpf/target/classes"
    sources = glob.glob(folder + "/bpf/src/main/java/**/*.java", recursive=True)
    libraries = ":".join(glob.glob(jars + "/other/jspecify-*.jar"))
    run(jdk + "/bin/javac", "-nowarn", "-proc:none", "-cp", libraries, "-d", classes, *sources)
    jar = glob.glob(jars + "/other/bpf-*.jar")[0]
    run(jdk + "/bin/jar", "--create", "--file", jar, "-C", classes, ".")


build(os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2]))
