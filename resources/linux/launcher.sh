#!/bin/sh
# The command `acusight-line-gateway` as it is installed, from every kind of Linux package: it takes the place of the
# program, which lies beside it with `.bin` after its name, and starts that with the switches that Chromium needs here.
#
# Its words are the program's own (`open`, `gateway …`, `doctor …`). Where one of them is `--`, what stands before that is
# for Chromium. Exit code, output and signals are the program's: it is started in the place of this script.
set -u

# Through the link or the short script in /usr/bin, to the folder that all of the product lies in.
self=$(readlink -f -- "$0") || self=$0
folder=${self%/*}
program=$folder/acusight-line-gateway.bin

complain() {
  printf '%s\n' "$@" >&2
}

# Whether these words, which are the product's, ask for a window.
opens_window() {
  case ${1-open} in
    open | demo | --*) return 0 ;;
    gateway) ;;
    *) return 1 ;;
  esac
  case ${2-} in
    '' | -*) ;;
    *) return 1 ;;
  esac
  for word; do
    [ "$word" = --headless ] && return 1
  done
  return 0
}

has_display() {
  [ -n "${DISPLAY-}" ] || [ -n "${WAYLAND_DISPLAY-}" ]
}

# Sets `switches` to those for Chromium where there is no screen, or none is wanted. Without them it ends at once.
choose_switches() {
  switches=
  if opens_window "$@"; then
    has_display && return
    complain 'There is no display here: the gateway runs without its window.'
  fi
  switches='--ozone-platform=headless --disable-gpu'
}

# Chromium refuses this in words for programmers, and ends with a core dump.
refuse_root() {
  [ "$(id -u)" = 0 ] || return 0
  complain 'The gateway does not run as root, because Chromium has no sandbox there.' \
    'What to do: run it as another user; as the one of the service: sudo -u acusight acusight-line-gateway …'
  exit 1
}

# The start script of an AppImage would run the program without its sandbox where the kernel denies user namespaces.
if [ -n "${APPIMAGE-}" ] && [ "${1-}" = --no-sandbox ]; then
  complain 'This PC does not let Chromium have its sandbox (user namespaces are denied), and the gateway does not start without.' \
    'What to do: install the deb package instead, which brings what the sandbox needs.'
  exit 1
fi
for word; do
  # Whoever gives switches has chosen them.
  [ "$word" = -- ] && exec "$program" "$@"
done
refuse_root
choose_switches "$@"
# Not quoted: one word a switch.
exec "$program" $switches -- "$@"
