#!/bin/sh
# Writes ./connect (or the file named), one self-contained executable for this platform: a POSIX sh
# head and a gzipped tar of the Deno runtime and the bundled application. At its first start it unpacks
# itself into a private cache, by atomic rename; from then on it only execs.
#
# Uses deno from the PATH when it is the pinned version, else gets that through npm.
set -eu
version=2.9.5
here=$(cd "$(dirname "$0")" && pwd)
out=${1:-$here/connect}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

runtime_of() { "$1" eval 'if (Deno.version.deno === Deno.args[0]) console.log(Deno.execPath())' "$version" 2>/dev/null; }

deno=$(runtime_of deno || true)
if [ -z "$deno" ]; then
  command -v npm >/dev/null || { echo "compile.sh: neither deno $version nor npm is in the PATH" >&2; exit 1; }
  echo "Getting deno $version through npm" >&2
  npm install --silent --no-save --prefix "$work/npm" "deno@$version" >&2
  deno=$(runtime_of "$work/npm/node_modules/.bin/deno")
  [ -n "$deno" ] || { echo "compile.sh: npm's deno $version does not run here" >&2; exit 1; }
fi

# Web Workers are one file each time, for each file takes its time at every start; the main thread loads what
# it needs. The bundler's own require would load all of Node's modules, twice as long as Deno itself takes.
mkdir -p "$work/app/sandbox"
(cd "$here" && "$deno" bundle --quiet --minify --code-splitting --outdir "$work/app" src/cli/main.ts &&
  "$deno" bundle --quiet --minify --output "$work/app/sandbox/worker.js" src/sandbox/worker.ts)
require='import{createRequire as __deno_internal_createRequire} from "node:module";var \([^=]*\)=__deno_internal_createRequire(import.meta.url);'
sed -i "s/$require/var \1=name=>process.getBuiltinModule(name);/" "$work"/app/*.js
commit=$(git -C "$here" rev-parse --short=16 HEAD 2>/dev/null || true)
if [ -n "$commit" ]; then sed -i "s/@COMMIT@/$commit/" "$work"/app/*.js; fi
if grep -q node:module "$work"/app/*.js; then echo "compile.sh: this deno bundles otherwise" >&2; exit 1; fi
cp "$deno" "$work/app/deno"
chmod 755 "$work/app/deno"
(cd "$work/app" && find . -type f | LC_ALL=C sort | tar -cf - -T -) | gzip -9 >"$work/payload"
id=$(sha256sum "$work/payload" | cut -c1-32)

cat >"$work/connect" <<HEAD
#!/bin/sh
# Kafka Connect for the edge. Unpacks itself once into \$CONNECT_CACHE, or ~/.cache/connect-edge.
set -eu
home=\${XDG_CACHE_HOME:-\${HOME:+\$HOME/.cache}}
cache=\${CONNECT_CACHE:-\${home:+\$home/connect-edge}}
if [ -z "\$cache" ]; then
  # Whoever has no home may find a folder there that another user has made, and could change.
  cache=/tmp/connect-edge-\$(id -u)
  mkdir -m 700 "\$cache" 2>/dev/null || :
  if [ -L "\$cache" ] || [ ! -O "\$cache" ]; then
    echo "connect: \$cache is not ours; set CONNECT_CACHE to a folder of yours" >&2; exit 1
  fi
fi
app=\$cache/$id
if [ ! -x "\$app/deno" ]; then (
  umask 077
  mkdir -p "\$cache" || { echo "connect: cannot make \$cache; set CONNECT_CACHE to a folder of yours" >&2; exit 1; }
  new=\$(mktemp -d "\$cache/unpack.XXXXXX")
  if ! tail -n +@LINES@ "\$0" | gzip -dc | tar -xf - -C "\$new"; then
    rm -rf "\$new"; echo "connect: cannot unpack into \$cache" >&2; exit 1
  fi
  mv "\$new" "\$app" 2>/dev/null || rm -rf "\$new"
) fi
[ -O "\$app/deno" ] || { echo "connect: \$app belongs to another user; set CONNECT_CACHE" >&2; exit 1; }
# Deno catches SIGHUP even where nohup has it ignored.
if [ -r /proc/\$\$/status ]; then
  while read -r key value; do [ "\$key" != SigIgn: ] || break; done </proc/\$\$/status
  case \$value in *[13579bdf]) export CONNECT_NOHUP=1 ;; esac
fi
# Its own cache of compiled code: another Deno of the user's would empty theirs.
export DENO_NO_UPDATE_CHECK=1 DENO_DIR="\$app/cache"
# Give freed buffers back at once; keep young generations small and collect old ones early (docs/performance.md).
export MALLOC_ARENA_MAX=2 MALLOC_MMAP_THRESHOLD_=131072 MALLOC_TRIM_THRESHOLD_=131072
exec "\$app/deno" run --v8-flags=--min-semi-space-size=2,--max-semi-space-size=8,--heap-growing-percent=30 --quiet --no-prompt --cached-only --no-lock --no-config --unstable-worker-options --unstable-lazy-dynamic-imports --allow-all "\$app/main.js" "\$@"
HEAD
lines=$(($(wc -l <"$work/connect") + 1))
sed "s/@LINES@/$lines/" "$work/connect" >"$work/packed"
cat "$work/payload" >>"$work/packed"
chmod 755 "$work/packed"
mv "$work/packed" "$out"
echo "Wrote $out ($((($(wc -c <"$out") + 500000) / 1000000)) MB)" >&2
