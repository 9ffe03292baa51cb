# krea_lookup WHAT [DETAIL] -- WORD...: print what may stand in a place, a tab, and what it is.
# Reads plain files alone; krea itself starts only if the ledger has changed since its list.
# All that is read is data: nothing here runs it, and the shells get words of safe letters only.
what=$1 detail=$2
cache=${KREA_CACHE_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/krea}
config=${KREA_CONFIG_DIR:-${XDG_CONFIG_HOME:-$HOME/.config}/krea}
state=${KREA_STATE_DIR:-${XDG_STATE_HOME:-$HOME/.local/state}/krea}
if [ -d "$HOME/Library" ]; then # macOS
    [ -n "$KREA_CACHE_DIR" ] || [ -d "$cache" ] || cache=$HOME/Library/Caches/krea
    mac="$HOME/Library/Application Support/krea"
    [ -n "$KREA_CONFIG_DIR" ] || [ -d "$config" ] || config=$mac
    [ -n "$KREA_STATE_DIR" ] || [ -d "$state" ] || state=$mac
fi
project=
case $what in presets | choices | fields)
    folder=$(pwd -P) home=$(cd "$HOME" 2> /dev/null && pwd -P)
    while :; do
        if [ -e "$folder/krea.toml" ]; then
            # As krea itself: no pipe, and no file of somebody else.
            [ -f "$folder/krea.toml" ] && [ -O "$folder/krea.toml" ] && project=$folder/krea.toml
            break
        fi
        case $folder in "$home" | / | '') break ;; esac
        folder=${folder%/*}
    done
    ;;
esac
case $what in requests | running | doubts | tags)
    # The list is of one service and account. A checksum tells them, of no secret part of a key.
    account="$KREA_API_BASE ${KREA_API_KEY%%:*} ${KREA_API_TOKEN%%:*}"
    for file in "$state"/ledger-*.sqlite3; do # on a network disk, each host has its own
        [ ! -e "$file" ] || account="$account $(uname -n) $KREA_LEDGER_NAME"
        break
    done
    account=$(printf %s "$account" | cksum) header=
    [ ! -s "$state/requests.list" ] || read -r header < "$state/requests.list"
    # A list that is older than the ledger or the login is out of date.
    for file in "$state"/ledger*.sqlite3 "$state"/ledger*.sqlite3-wal "$config/credentials.json"; do
        [ -s "$file" ] || continue
        [ "$header" = "for $account" ] && [ "$state/requests.list" -nt "$file" ] && continue
        case $file in *.json) [ -n "$header" ] || continue ;; esac
        krea completion --write-requests "$account" > /dev/null 2>&1 < /dev/null
        break
    done
    ;;
esac
[ -s "$cache/models.tsv" ] && [ -r "$cache/models.tsv" ] || cache=
export KREA_LOOKUP_MODELS="${cache:+$cache/models.tsv}" KREA_LOOKUP_CONFIG="$config/config.toml" \
    KREA_LOOKUP_LOGINS="$config/credentials.json" KREA_LOOKUP_PROJECT="$project" \
    KREA_LOOKUP_REQUESTS="$state/requests.list"
shift 3
LC_ALL=C awk '
function offer(word, text) {
    gsub(/[\001-\037\177]+/, " ", text)
    if (word ~ /^[A-Za-z0-9][A-Za-z0-9._:\/=+ -]*$/ && !(word in offered)) print word (text == "" ? "" : "\t" text)
    offered[word] = 1
}

# The models: id, what it is, other names of it, and a column for each field.
function read_models(  file, line) {
    file = ENVIRON["KREA_LOOKUP_MODELS"] == "" ? "/dev/stdin" : ENVIRON["KREA_LOOKUP_MODELS"]
    while ((getline line < file) > 0) models[++count] = line
}

function list_models(  i, column, short, typed) {
    typed = ARGV[ARGC - 1]
    sub(/^.*[=,]/, "", typed)
    for (i = 1; i <= count; i++) {
        split(models[i], column, "\t")
        offer(column[1], column[2])
        if (what != "names" || typed == "") continue
        short = column[1]
        if (sub(/^[^\/]+\//, "", short)) offer(short, column[2])
    }
}

# "key = value" below "[table]", with what stands around them taken off.
function read_toml(file, values,  line, at, table, key) {
    table = ""
    while (file != "" && (getline line < file) > 0) {
        sub(/^[ \t\357\273\277]+/, "", line)
        if (line ~ /^\[/) {
            gsub(/[][" \t]|#.*$/, "", line)
            table = line "."
            if (table ~ /^preset\./) note_preset(table, values, "")
        } else if (line ~ /^["A-Za-z]/ && (at = index(line, "="))) {
            key = substr(line, 1, at - 1)
            gsub(/[" \t]/, "", key)
            line = substr(line, at + 1)
            sub(/^[ \t]*/, "", line)
            if (line ~ /^"/) { sub(/^"/, "", line); sub(/".*$/, "", line) }
            values[table key] = line
            if ((table key) ~ /^preset\./) note_preset(table key ".", values, line)
        }
    }
}

function note_preset(key, values, line,  part, name) {
    split(key, part, ".")
    name = part[2]
    if (name == "") return
    if (!(name in presets)) preset_order[++preset_count] = name
    if (!(name in presets)) presets[name] = ""
    if (part[3] == "model") presets[name] = line
    else if (part[3] == "" && match(line, /model *= *"[^"]*"/)) {
        line = substr(line, RSTART, RLENGTH)
        gsub(/^[^"]*"|"$/, "", line)
        presets[name] = line
    }
}

function read_settings() {
    read_toml(ENVIRON["KREA_LOOKUP_PROJECT"], project)
    read_toml(ENVIRON["KREA_LOOKUP_CONFIG"], config)
}

# The value of the last of those options on the line; bash has "=" as a word of its own.
function option_value(long, short,  i, value, word) {
    for (i = 1; i < ARGC; i++) {
        word = ARGV[i]
        if (word == long || short != "" && word == short) value = ARGV[i + 1] == "=" ? ARGV[i + 2] : ARGV[i + 1]
        else if (index(word, long "=") == 1) value = substr(word, length(long) + 2)
        else if (short != "" && word ~ /^-[A-Za-z]./ && index(word, short) == 1) value = substr(word, 3)
    }
    return value
}

function mark_wanted(  name, names, i, n) {
    name = option_value("--model", "-m")
    if (name == "" && (n = option_value("--preset", ""))) name = presets[n]
    if (name == "") name = ENVIRON["KREA_MODEL"]
    if (name == "") name = project["model"]
    if (name == "") name = config["model.default"]
    if (name == "") name = "*"
    n = split(tolower(name), names, ",")
    for (i = 1; i <= n; i++) if (names[i] != "") wanted[names[i]] = 1
}

# Whether a model is one of the line, by its id, the end of it, or another name.
function is_wanted(column,  name, i, n, names) {
    name = column[1]
    do { if (name in wanted) return 1 } while (sub(/^[^\/]+\//, "", name))
    n = split(column[3], names, " ")
    for (i = 1; i <= n; i++) if (names[i] in wanted) return 1
    return 0
}

# Fields of the models of the line, or of all where none is known by the name.
function list_fields(  pass, i, n, column) {
    for (pass = 1; pass <= 2; pass++) {
        for (i = 1; i <= count; i++) {
            n = split(models[i], column, "\t")
            if (pass == 1 && detail != "*" && !is_wanted(column)) continue
            found = 1
            for (k = 4; k <= n; k++) list_field(column[k])
        }
        if (found) return
    }
}

function list_field(text,  at, name, values, i, n, value, about) {
    at = index(text, "=")
    name = substr(text, 1, at - 1)
    values = substr(text, at + 1)
    at = index(values, ";")
    about = substr(values, at + 1)
    values = substr(values, 1, at - 1)
    n = split(values, value, "|")
    if (what == "fields") {
        gsub(/\|/, ", ", values)
        offer(name, values == "" ? about : values)
    } else if (name == detail) for (i = 1; i <= n; i++) offer(value[i], "")
}

function list_presets(  i) {
    for (i = 1; i <= preset_count; i++) offer(preset_order[i], presets[preset_order[i]])
}

# The names alone: never a token.
function list_logins(  line) {
    while ((getline line < ENVIRON["KREA_LOOKUP_LOGINS"]) > 0)
        if (line ~ /^  "[^"]*": [{]$/) {
            gsub(/^  "|": [{]$/, "", line)
            offer(line, "stored login")
        }
}

# The requests: row, job, U if under way or D in doubt, what it is, and tags.
function list_requests(  line, column, i, n, tag, lines, job, uses, text, word) {
    n = 0
    # Of another login the list knows nothing.
    if (option_value("--profile", "") != "" || option_value("--token-file", "") != "") return
    while ((getline line < ENVIRON["KREA_LOOKUP_REQUESTS"]) > 0)
        if (line ~ /^[0-9]+\t/) lines[++n] = line
    for (i = 1; i <= n; i++) { split(lines[i], column, "\t"); uses[substr(column[2], 1, 8)]++ }
    word = ARGV[ARGC - 1]
    for (i = 1; i <= n; i++) {
        split(lines[i], column, "\t")
        if (what == "tags") {
            split("", tag)
            count = split(column[5], tag, " ")
            for (k = 1; k <= count; k++) offer(tag[k], "tag")
            continue
        }
        if (what == "running" && column[3] != "U" || what == "doubts" && column[3] != "D") continue
        if (i == 1 && what != "doubts") offer("last", "the newest: " column[4])
        offer(column[1], column[4])
        # Ids only to go on with: each has a row, which is shorter.
        job = column[2]
        if (what == "doubts" || job == "" || word == "" || index(job, word) != 1) continue
        text = length(word) > 8 || uses[substr(job, 1, 8)] > 1 ? job : substr(job, 1, 8)
        offer(text, column[4])
    }
}

BEGIN {
    what = ARGV[1]
    detail = ARGV[2]
    if (what == "models" || what == "names") { read_models(); list_models() }
    else if (what == "fields" || what == "choices") {
        read_models(); read_settings(); mark_wanted(); list_fields()
    }
    else if (what == "presets") { read_settings(); list_presets() }
    else if (what == "profiles") list_logins()
    else list_requests()
    exit
}
' "$what" "$detail" "$@" << 'MODELS'
@MODELS@
MODELS
