#!/bin/sh
# The command `acusight-line-gateway` as it is installed, from every kind of Linux package: it takes the place of the
# program, which lies beside it with `.bin` after its name, and starts that with the switches that Chromium needs here.
#
# Its words are the program's own (`open`, `gateway …`, `doctor …`). Where one of them is `--`, what stands before that is
# for Chromium. Exit code, output and signals are the program's: it is started in the place of this script.
#
# Only a gateway that is to run for long keeps this script above it, which starts it again when it has crashed or hangs.
# Where systemd does that (it names a socket for notices), the program takes the place of this script then too.
set -u

# Through the link or the short script in /usr/bin, to the folder that all of the product lies in.
self=$(readlink -f -- "$0") || self=$0
folder=${self%/*}
program=$folder/acusight-line-gateway.bin

complain() {
  printf '%s\n' "$@" >&2
}

# What the words, which are the product's, ask for: `open` a window, `gateway` with one, or what needs `none`.
window_of() {
  case ${1-open} in
    open | --config* | --data-dir*)
      echo open
      return
      ;;
    gateway) ;;
    *)
      echo none
      return
      ;;
  esac
  case ${2-} in
    -*) ;;
    *)
      echo none
      return
      ;;
  esac
  for word; do
    if [ "$word" = --headless ]; then
      echo none
      return
    fi
  done
  echo gateway
}

has_display() {
  [ -n "${DISPLAY-}" ] || [ -n "${WAYLAND_DISPLAY-}" ]
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

# Whether these words ask for a gateway that runs until a person ends it.
runs_for_long() {
  case ${1-open} in
    open | --config* | --data-dir*) return 0 ;;
    gateway) ;;
    *) return 1 ;;
  esac
  case ${2-} in
    -*) ;;
    *) return 1 ;;
  esac
  for word; do
    [ "$word" = --exit-when-drained ] && return 1
  done
  return 0
}

# Looks in a row without a new beat, seconds from one to the next: time that a PC sleeps is not counted.
most_silent_looks=12
seconds_between_looks=5
# The program says so when it wants to be started again (signs-of-life.ts).
again=75
again_drawing_itself=76
# One that ran so many looks was a good one: the next wait is the first again.
good_looks=120

# Kills the process group of $1 once the count in $beats stands still. Leaves the number of looks in $beats.looks.
watch() {
  looks=0
  silent=0
  last=
  while :; do
    sleep "$seconds_between_looks" </dev/null >/dev/null 2>&1
    looks=$((looks + 1))
    printf '%s' "$looks" >"$beats.looks"
    # Somebody has removed it: what can't be seen does not stand still.
    [ -e "$beats" ] || continue
    now=$(cat -- "$beats" 2>/dev/null)
    if [ "$now" = "$last" ]; then silent=$((silent + 1)); else silent=0; fi
    last=$now
    [ "$silent" -lt "$most_silent_looks" ] && continue
    complain 'The gateway does not go on: it is ended, and started again.'
    kill -s KILL -- "-$1" 2>/dev/null
    silent=0
  done
}

tell_child() {
  stopped=yes
  [ -n "$child" ] && kill "-$1" "$child" 2>/dev/null
}

# As `exec "$program" "$@"`, and again after each crash.
supervise() {
  beats=$(mktemp "${XDG_RUNTIME_DIR:-${TMPDIR:-/tmp}}/acusight-beats.XXXXXX" 2>/dev/null) || exec "$program" "$@"
  ACUSIGHT_BEAT_FILE=$beats
  export ACUSIGHT_BEAT_FILE
  child=
  stopped=
  trap 'tell_child TERM' TERM
  trap 'tell_child INT' INT
  trap 'tell_child HUP' HUP
  trap 'rm -f -- "$beats" "$beats.looks"' EXIT
  wait_seconds=1
  drawing=
  while :; do
    # Not by “:”, with which a folder that is gone would end this script.
    true >"$beats"
    printf 0 >"$beats.looks"
    # A process group of its own, so that nothing of Chromium's is left over. Not quoted: at most one word.
    setsid "$program" $drawing "$@" &
    child=$!
    [ -n "$stopped" ] && kill -TERM "$child" 2>/dev/null
    watch "$child" &
    watcher=$!
    while :; do
      wait "$child"
      code=$?
      # A signal to this script ends the waiting too.
      [ "$code" -gt 128 ] && kill -0 "$child" 2>/dev/null && continue
      break
    done
    # Not by a signal that it might still take for this script.
    kill -s KILL "$watcher" 2>/dev/null
    wait "$watcher" 2>/dev/null
    [ -n "$stopped" ] && exit "$code"
    [ "$code" -gt 128 ] || [ "$code" = "$again" ] || [ "$code" = "$again_drawing_itself" ] || exit "$code"
    # What Chromium started ends by itself, mostly.
    kill -s KILL -- "-$child" 2>/dev/null
    child=
    [ "$code" = "$again_drawing_itself" ] && drawing=--in-process-gpu
    [ "$(cat -- "$beats.looks" 2>/dev/null || printf 0)" -ge "$good_looks" ] && wait_seconds=1
    complain "The gateway ended unexpectedly ($code): it is started again in $wait_seconds s."
    sleep "$wait_seconds" </dev/null >/dev/null 2>&1 &
    wait $!
    [ -n "$stopped" ] && exit "$code"
    wait_seconds=$((wait_seconds * 2))
    [ "$wait_seconds" -gt 60 ] && wait_seconds=60
  done
}

# In the place of this script, or below it.
start() {
  if [ "$supervised" = yes ] && [ -z "${NOTIFY_SOCKET-}" ] && command -v setsid >/dev/null 2>&1; then
    supervise "$@"
  fi
  exec "$program" "$@"
}

supervised=
for word; do
  # Whoever gives switches has chosen them.
  [ "$word" = -- ] && exec "$program" "$@"
done
refuse_root
window=$(window_of "$@")
if [ "$window" != none ] && ! has_display; then
  if [ "$window" = open ]; then
    complain 'There is no display here, so the window cannot be opened.' \
      'What to do: open it at the PC itself; or run “acusight-line-gateway gateway … --headless”, which needs no display.'
    exit 1
  fi
  complain 'There is no display here: the gateway runs without its window.'
  set -- "$@" --headless
  window=none
fi

# Chromium's own messages are for programmers. Without a screen it ends at once if it is not told so.
switches=
[ "${ACUSIGHT_VERBOSE-}" = 1 ] || switches=--log-level=3
[ "$window" = none ] && switches="$switches --ozone-platform=headless --disable-gpu"
runs_for_long "$@" && supervised=yes
# Not quoted: one word a switch.
start $switches -- "$@"
