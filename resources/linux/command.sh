#!/bin/sh
# /usr/bin/acusight-line-gateway of the deb package: all else lies in one folder.
exec /opt/acusight-line-gateway/acusight-line-gateway "$@"
