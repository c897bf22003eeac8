"""Stands in for the CNI plugin, runs it, and then breaks something of what it has made, before the pod's containers start.

breaking_cni.py PLUGIN forget-addresses   what the datapath knows about the pod's addresses
breaking_cni.py PLUGIN detach             the programs at the pod's link
breaking_cni.py PLUGIN refuse POD         refuses a pod of that name
"""

import glob
import os
import re
import socket
import subprocess
import sys

PINS = "/sys/fs/bpf/stentor"


def forget(address):
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    packed = socket.inet_pton(family, address).ljust(16, b"\0") + bytes([6 if ":" in address else 4]).ljust(8, b"\0")
    for addresses in glob.glob(PINS + "/*/maps/addresses"):
        subprocess.run(["bpftool", "map", "delete", "pinned", addresses, "key", "hex"] + ["%02x" % b for b in packed])


def detach(link):
    with open("/sys/class/net/%s/ifindex" % link) as file:
        index = file.read().strip()
    for pin in glob.glob("%s/links/%s-*" % (PINS, index)):
        os.unlink(pin)
    subprocess.run(["tc", "qdisc", "delete", "dev", link, "clsact"])


def main(plugin, what, *names):
    if what == "refuse" and any("K8S_POD_NAME=%s;" % name in os.environ.get("CNI_ARGS", "") for name in names):
        print('{"cniVersion": "1.0.0", "code": 100, "msg": "refused for a test"}')
        return 1
    done = subprocess.run([plugin], stdin=sys.stdin, stdout=subprocess.PIPE)
    said = done.stdout.decode()
    if os.environ["CNI_COMMAND"] == "ADD" and done.returncode == 0:
        if what == "forget-addresses":
            for address in re.findall(r'"address": *"([^/"]+)/', said):
                forget(address)
        if what == "detach":
            for link in re.findall(r'"name": *"(stn[0-9a-f]+)"', said):
                detach(link)
    sys.stdout.write(said)
    return done.returncode


sys.exit(main(*sys.argv[1:]))
