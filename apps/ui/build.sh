#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Builds pages with the npm that is installed, and only what has changed. Maven calls it:
#   build.sh dependencies       what the lock file names, into apps/node_modules
#   build.sh site UI TARGET     the pages in the folder UI, into TARGET/classes/site
#   build.sh test TARGET        types and tests of the kit and of all pages
set -eu
apps=$(cd "$(dirname "$0")/.." && pwd -P)

die() {
  echo "pages: $1" >&2
  exit 1
}

command -v node >/dev/null 2>&1 && command -v npm >/dev/null 2>&1 ||
  die "need Node 20 or newer with its npm to be built; install it (such as from nodejs.org) and see that 'node' and 'npm' are on the PATH"
node -e 'process.exit(parseInt(process.versions.node) >= 20 ? 0 : 1)' ||
  die "need Node 20 or newer to be built; found $(node --version)"

# True when something in the folders after the first argument, or the lock file, is newer than that
# file. Folders within count, by which a file that was removed is noticed; those at the top do not,
# since Vite writes its configuration there while it works.
newer() {
  stamp=$1
  shift
  [ -f "$stamp" ] || return 0
  [ -z "$(find "$apps/package-lock.json" -newer "$stamp")" ] || return 0
  [ -n "$(find "$@" -mindepth 1 \( -name target -o -name node_modules \) -prune -o -mindepth 1 -newer "$stamp" -print | head -n 1)" ]
}

dependencies() {
  installed=$apps/node_modules/.installed-lock.json
  cmp -s "$apps/package-lock.json" "$installed" && return
  echo "pages: installing what apps/package-lock.json names"
  (cd "$apps" && npm ci --ignore-scripts --no-progress --loglevel=error) ||
    die "npm could not install what apps/package-lock.json names"
  cp "$apps/package-lock.json" "$installed"
}

case ${1:-} in
  dependencies) dependencies ;;
  site)
    dependencies
    out=$3/classes/site
    stamp=$3/site.built
    if [ ! -f "$out/index.html" ] || newer "$stamp" "$2" "$apps/ui"; then
      mkdir -p "$3"
      : >"$stamp.new"
      (cd "$2" && NODE_ENV=production "$apps/node_modules/.bin/vite" build --logLevel warn --emptyOutDir --outDir "$out") ||
        die "the pages in $2 could not be built"
      mv "$stamp.new" "$stamp"
    fi
    ;;
  test)
    dependencies
    stamp=$2/tested
    if newer "$stamp" "$apps"/*/ui "$apps/ui"; then
      mkdir -p "$2"
      : >"$stamp.new"
      for pages in "$apps/ui" "$apps"/*/ui; do
        [ -f "$pages/tsconfig.json" ] || continue
        (cd "$pages" && "$apps/node_modules/.bin/vue-tsc" --noEmit -p .) ||
          die "types do not fit in $pages"
      done
      (cd "$apps/ui" && "$apps/node_modules/.bin/vitest" run --reporter=dot) || die "tests of the kit fail"
      mv "$stamp.new" "$stamp"
    fi
    ;;
  *) die "expected dependencies, site UI TARGET or test TARGET" ;;
esac
