# bash completion for krea. Made by `python -m krea_cli.manual`; do not edit.

# Offer those of the arguments that start with what is typed.
_krea_offer() {
    local word
    for word in "$@"; do
        case $word in "$cur"*) COMPREPLY+=("$word") ;; esac
    done
}

# Offer those words until one of them has been typed.
_krea_offer_once() {
    local typed
    for typed in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
        case " $* " in *" $typed "*) return ;; esac
    done
    _krea_offer "$@"
}

# Print what may stand in a place, a tab, and a description: `_krea_lookup WHAT DETAIL`.
_krea_lookup() {
    sh -c '# krea_lookup WHAT [DETAIL] -- WORD...: print what may stand in a place, a tab, and what it is.
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
        case $folder in "$home" | / | '"'"''"'"') break ;; esac
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
LC_ALL=C awk '"'"'
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
'"'"' "$what" "$detail" "$@" << '"'"'MODELS'"'"'
alibaba/qwen-image-2.1	image, price unknown		prompt=;string	width=;512 to 2048	height=;512 to 2048	seed=;number	style_images=;{strength, url?}, at most 3 of them	background=transparent|opaque|auto;
alibaba/qwen-image-3	image, price unknown		prompt=;at most 18000 characters	width=;512 to 2048	height=;512 to 2048	seed=;number	style_images=;{strength, url?}, at most 3 of them
alibaba/wan-2.1	video, price unknown		prompt=;string	start_image=;an address or @FILE	width=;number	height=;number	end_image=;an address or @FILE	aspect_ratio=16:9|9:16;	styles=;{id, strength}, at most 3 of them
alibaba/wan-2.2	video, price unknown		prompt=;string	start_image=;an address or @FILE	width=;number	height=;number	aspect_ratio=16:9|9:16;
alibaba/wan-2.5	video, price unknown		prompt=;string	start_image=;an address or @FILE	aspect_ratio=16:9|9:16|1:1;	resolution=480p|720p|1080p;	enable_prompt_expansion=true|false;	duration=;5 to 10	seed=;number	audio_url=;an address or @FILE	generate_audio=true|false;
alibaba/wan-3.0	video, about $0.075 to $0.30/s		prompt=;at most 5000 characters	start_image=;an address or @FILE	aspect_ratio=adaptive|16:9|4:3|1:1|3:4|9:16;	resolution=480p|720p|1080p;	duration=;2 to 30	seed=;0 to 2147483647	generate_audio=true|false;	enable_prompt_expansion=true|false;	end_image=;an address or @FILE	reference_images=;an address or @FILE, at most 10 of them	reference_videos=;an address or @FILE, at most 5 of them	reference_audios=;an address or @FILE, at most 5 of them
bfl/flux-1-dev	image, about $0.007, the default	* flux flux-dev	prompt=;at most 1800 characters	seed=;number	steps=;1 to 100	width=;512 to 2368	height=;512 to 2368	image_url=;an address or @FILE	styles=;{id, strength}	strength=;0 to 1	guidance_scale=;0 to 24	style_images=;{strength, url?}	image_style_references=;{strength, url?}
bfl/flux-1-kontext-dev	image, about $0.021	flux-kontext	prompt=;string	seed=;number	steps=;1 to 100	width=;512 to 8192	height=;512 to 8192	image_url=;an address or @FILE	guidance_scale=;0 to 24	style_images=;{strength, url?}, at most one	strength=;0 to 1
bfl/flux-1.1-pro	image, about $0.042		prompt=;string	width=;256 to 1440	height=;256 to 1440	seed=;number
bfl/flux-1.1-pro-ultra	image, about $0.063	flux-1.1-ultra	prompt=;string	width=;512 to 8192	height=;512 to 8192	seed=;number	raw=true|false;
black-forest-labs/flux-3-video	video, price unknown		prompt=;at most 5000 characters	start_image=;an address or @FILE	start_video=;an address or @FILE	end_image=;an address or @FILE	duration=;5 to 20	resolution=720p|1080p;	aspect_ratio=21:9|2:1|16:9|4:3|1:1|3:4|9:16;	generate_audio=true|false;
black-forest-labs/flux-video-edit	video, price unknown		prompt=;at most 4096 characters	start_video=;an address or @FILE
black-forest-labs/flux-video-upscale	enhance, price unknown		creativity=precise|creative;	upscale_factor=;1.5 to 3	prompt=;at most 5000 characters	video_url=;an address or @FILE
bytedance/seed-audio-1.0	audio, price unknown		prompt=;at most 2048 characters
bytedance/seedance-1.0-pro	video, price unknown		prompt=;string	start_image=;an address or @FILE	start_video=;an address or @FILE	aspect_ratio=1:1|16:9|9:16|4:3|3:4|21:9|9:21;	end_image=;an address or @FILE	reference_images=;an address or @FILE, at most 4 of them	duration=;number	resolution=720p|1080p;
bytedance/seedance-1.0-pro-fast	video, price unknown		prompt=;string	start_image=;an address or @FILE	start_video=;an address or @FILE	aspect_ratio=1:1|16:9|9:16|4:3|3:4|21:9|9:21;	duration=;2 to 12	resolution=480p|720p|1080p;
bytedance/seedance-2	video, about $0.0849 to $2.8671/s		prompt=;string	start_image=;an address or @FILE	aspect_ratio=16:9|4:3|1:1|3:4|9:16|21:9;	end_image=;an address or @FILE	reference_images=;an address or @FILE, at most 9 of them	reference_videos=;an address or @FILE, at most 3 of them	reference_audios=;an address or @FILE, at most 3 of them	duration=;4 to 15	resolution=480p|720p|1080p|4k;	seed=;-9007199254740991 to 9007199254740991	generate_audio=true|false;	effects=;{id, name, asset_url, asset_type}, at most 12 of them	upscale=true|false;	enhance_prompt=true|false;
bytedance/seedance-2-5	video, about $0.0645 to $0.4299/s		prompt=;string	start_image=;an address or @FILE	aspect_ratio=16:9|4:3|1:1|3:4|9:16|21:9;	end_image=;an address or @FILE	reference_images=;an address or @FILE, at most 30 of them	reference_videos=;an address or @FILE, at most 10 of them	reference_audios=;an address or @FILE, at most 10 of them	duration=;4 to 30	resolution=480p|720p|1080p;	seed=;-9007199254740991 to 9007199254740991	generate_audio=true|false;	effects=;{id, name, asset_url, asset_type}, at most 12 of them	enhance_prompt=true|false;	draft=true|false;
bytedance/seedance-2-fast	video, about $0.0677 to $0.254/s		prompt=;string	start_image=;an address or @FILE	aspect_ratio=16:9|4:3|1:1|3:4|9:16|21:9;	end_image=;an address or @FILE	reference_images=;an address or @FILE, at most 9 of them	reference_videos=;an address or @FILE, at most 3 of them	reference_audios=;an address or @FILE, at most 3 of them	duration=;4 to 15	resolution=480p|720p;	seed=;-9007199254740991 to 9007199254740991	generate_audio=true|false;	effects=;{id, name, asset_url, asset_type}, at most 12 of them	upscale=true|false;	enhance_prompt=true|false;
bytedance/seedance-2-mini	video, price unknown		prompt=;string	start_image=;an address or @FILE	aspect_ratio=16:9|4:3|1:1|3:4|9:16|21:9;	end_image=;an address or @FILE	reference_images=;an address or @FILE, at most 9 of them	reference_videos=;an address or @FILE, at most 3 of them	reference_audios=;an address or @FILE, at most 3 of them	duration=;4 to 15	resolution=480p|720p;	seed=;-9007199254740991 to 9007199254740991	generate_audio=true|false;
bytedance/seededit	image, price unknown		prompt=;string	seed=;number	image_url=;an address or @FILE
bytedance/seedream-4	image, about $0.0315		prompt=;string	width=;at most 4096	height=;at most 4096	seed=;number	style_images=;{strength, url?}
bytedance/seedream-5-lite	image, about $0.0368		prompt=;string	width=;at most 4096	height=;at most 4096	seed=;number	style_images=;{strength, url?}, at most 14 of them
bytedance/seedream-5-pro	image, $0.045 to $0.117		prompt=;string	width=;at most 4096	height=;at most 4096	seed=;number	style_images=;{strength, url?}, at most 10 of them
bytedance/seedvr-2	enhance, price unknown		target_width=;1 to 3840	target_height=;1 to 3840	noise_scale=;0 to 1	video_url=;an address or @FILE
elevenlabs/music	audio, price unknown		prompt=;at most 4100 characters	music_length_ms=;3000 to 600000	force_instrumental=true|false;
elevenlabs/music-v2	audio, price unknown		prompt=;at most 4100 characters	music_length_ms=;3000 to 600000	force_instrumental=true|false;
elevenlabs/music-v2.5	audio, price unknown		prompt=;at most 4100 characters	music_length_ms=;3000 to 600000	force_instrumental=true|false;
elevenlabs/tts	audio, price unknown		prompt=;at most 2000 characters	voice_id=;string	model_id=;string
google/gemini-omni-flash	video, price unknown		prompt=;string	start_image=;an address or @FILE	aspect_ratio=16:9|9:16;	duration=;3 to 10	reference_images=;an address or @FILE, at most 10 of them	reference_videos=;an address or @FILE, at most one
google/gemini-omni-flash-1.1	video, price unknown		prompt=;string	start_image=;an address or @FILE	aspect_ratio=16:9|9:16;	duration=;3 to 10	reference_images=;an address or @FILE, at most 10 of them	reference_videos=;an address or @FILE, at most 3 of them
google/nano-banana	image, about $0.0429		prompt=;string	width=;number	height=;number	image_urls=;an address or @FILE	aspect_ratio=21:9|1:1|4:3|3:2|2:3|5:4|4:5|3:4|16:9|9:16;
google/nano-banana-2	image, about $0.08 to $0.16		prompt=;at least 3 characters	width=;number	height=;number	image_urls=;an address or @FILE	aspect_ratio=4:1|21:9|1:1|4:3|3:2|2:3|5:4|4:5|3:4|16:9|9:16|1:4|1:8;	resolution=1K|2K|4K;
google/nano-banana-2.1	image, price unknown		prompt=;at least 3 characters	width=;number	height=;number	image_urls=;an address or @FILE	aspect_ratio=4:1|21:9|1:1|4:3|3:2|2:3|5:4|4:5|3:4|16:9|9:16|1:4|1:8;	resolution=1K|2K|4K;	thinking_level=minimal|medium|high;
google/nano-banana-flash-lite	image, about $0.034		prompt=;string	width=;number	height=;number	image_urls=;an address or @FILE, at most 14 of them	aspect_ratio=21:9|1:1|4:3|3:2|2:3|5:4|4:5|3:4|16:9|9:16;
google/nano-banana-pro	image, about $0.15 to $0.30		prompt=;at least 3 characters	width=;number	height=;number	image_urls=;an address or @FILE	aspect_ratio=21:9|1:1|4:3|3:2|2:3|5:4|4:5|3:4|16:9|9:16;	resolution=1K|2K|4K;
google/veo-2	video, about $0.50/s		prompt=;string	start_image=;an address or @FILE	start_video=;an address or @FILE	aspect_ratio=16:9|9:16;	duration=;5 to 8
google/veo-3	video, about $0.21 to $0.42/s		prompt=;string	start_image=;an address or @FILE	aspect_ratio=16:9|9:16|1:1;	duration=4|6|8;	generate_audio=true|false;	resolution=720p|1080p;
google/veo-3-fast	video, price unknown		prompt=;string	start_image=;an address or @FILE	aspect_ratio=16:9|9:16|1:1;	duration=4|6|8;	generate_audio=true|false;	resolution=720p|1080p;
google/veo-3.1	video, $0.20 to $0.60/s		prompt=;string	start_image=;an address or @FILE	aspect_ratio=16:9|9:16;	duration=4|6|8;	generate_audio=true|false;	resolution=720p|1080p|4K;	end_image=;an address or @FILE	reference_images=;an address or @FILE
google/veo-3.1-fast	video, price unknown		prompt=;string	start_image=;an address or @FILE	aspect_ratio=16:9|9:16;	duration=4|6|8;	generate_audio=true|false;	resolution=720p|1080p|4K;	end_image=;an address or @FILE	reference_images=;an address or @FILE
google/veo-3.1-lite	video, price unknown		prompt=;string	start_image=;an address or @FILE	aspect_ratio=16:9|9:16;	duration=4|6|8;	resolution=720p|1080p;	end_image=;an address or @FILE
hyper3d/rodin-2.5	3d, price unknown		prompt=;string	seed=;number	input_mode=image|text;	generate_texture=true|false;	image_urls=;an address or @FILE, at most 5 of them
hyper3d/rodin-2.5-fast	3d, price unknown		prompt=;string	seed=;number	input_mode=image|text;	generate_texture=true|false;	image_urls=;an address or @FILE, at most 5 of them
ideogram/ideogram-2-turbo	image, about $0.0263		prompt=;string	width=;512 to 8192	height=;512 to 8192	seed=;number
ideogram/ideogram-3	image, about $0.063 to $0.1575	ideogram ideogram-3.0	prompt=;string	width=;512 to 8192	height=;512 to 8192	seed=;number	character_reference_images=;an address or @FILE	style_images=;{strength, url?}
ideogram/ideogram-4.5	image, price unknown		prompt=;at most 10000 characters	seed=;0 to 2147483647	quality=very_low|low|medium|high;	preserve_source_size=true|false;	skip_prompt_expansion=true|false;	aspect_ratio=1:1|4:3|3:2|16:9|2.4:1|4:5|2:3|9:16;	resolution=2K;	image_urls=;an address or @FILE, at most 5 of them
ideogram/ideogram-4.5-precise	image, price unknown		prompt=;at most 10000 characters	seed=;0 to 2147483647	quality=very_low|low|medium|high;	image_url=;an address or @FILE	mask_url=;an address or @FILE	reference_images=;an address or @FILE, at most 4 of them
kling/kling-2.5	video, price unknown		prompt=;string	start_image=;an address or @FILE	aspect_ratio=16:9|9:16|1:1;	duration=5|10;	end_image=;an address or @FILE
kling/kling-2.6	video, $0.07 to about $0.14/s		prompt=;string	start_image=;an address or @FILE	aspect_ratio=16:9|9:16;	duration=5|10;	end_image=;an address or @FILE	generate_audio=true|false;
kling/kling-3.0	video, $0.084 to $0.42/s		prompt=;at most 2500 characters	start_image=;an address or @FILE	aspect_ratio=16:9|9:16;	duration=;3 to 15	end_image=;an address or @FILE	generate_audio=true|false;	mode=std|pro|4k;	multi_prompt=;{prompt, duration}
kling/kling-o1	video, price unknown		prompt=;string	start_image=;an address or @FILE	aspect_ratio=16:9|9:16|1:1;	duration=;3 to 10	end_image=;an address or @FILE	style_references=;{url, tag}	element_references=;{images, tag}	video_reference=;{url, tag}
krea/enhance	enhance, price unknown	krea-enhance	prompt=;string	image_url=;an address or @FILE	image_scaling_factor=;at least 0.1	rescale_color=true|false;	seed=;number	ai_strength=;0.1 to 1	clarity_strength=;1 to 12	resemblance_strength=;0 to 2.5	sharpness=;0.1 to 1.5
krea/krea-2/large	image, $0.06 to $0.07	krea-2-large	prompt=;string	seed=;number	styles=;{id, strength}	image_style_references=;{url, strength?}, at most 10 of them	aspect_ratio=1:1|4:3|3:2|16:9|2.35:1|4:5|3:4|2:3|9:16;	resolution=1K;	creativity=raw|low|medium|high;	intensity=;-100 to 100	complexity=;-100 to 100	movement=;-100 to 100	moodboards=;{id, strength?}, at most one	image_url=;an address or @FILE	strength=;0 to 1
krea/krea-2/medium	image, $0.03 to $0.04	krea-2-medium	prompt=;string	seed=;number	styles=;{id, strength}	image_style_references=;{url, strength?}, at most 10 of them	aspect_ratio=1:1|4:3|3:2|16:9|2.35:1|4:5|3:4|2:3|9:16;	resolution=1K;	creativity=raw|low|medium|high;	intensity=;-100 to 100	complexity=;-100 to 100	movement=;-100 to 100	moodboards=;{id, strength?}, at most one	image_url=;an address or @FILE	strength=;0 to 1
krea/krea-2/medium-turbo	image, $0.015 to $0.02	krea-2-medium-turbo krea-2-turbo	prompt=;string	seed=;number	styles=;{id, strength}	image_style_references=;{url, strength?}, at most 10 of them	aspect_ratio=1:1|4:3|3:2|16:9|2.35:1|4:5|3:4|2:3|9:16;	resolution=1K;	creativity=raw|low|medium|high;	intensity=;-100 to 100	complexity=;-100 to 100	movement=;-100 to 100	moodboards=;{id, strength?}, at most one	image_url=;an address or @FILE	strength=;0 to 1
krea/legacy-enhance	enhance, price unknown		prompt=;string	image_url=;an address or @FILE	image_scaling_factor=;at least 0.1	rescale_color=true|false;	upscaling_activated=true|false;	ai_strength=;0.1 to 1	clarity_strength=;1 to 12	resemblance_strength=;0 to 2.5	scene_transfer=true|false;	scene_image_url=;an address or @FILE	scene_prompt=;string	scene_strength=;0.5 to 1	switch_background=true|false;
lightricks/ltx-video-2.3-22b	video, price unknown		prompt=;string	start_image=;an address or @FILE	aspect_ratio=16:9|9:16;	duration=5|10|15|20;	num_frames=;9 to 481	seed=;0 to 2147483647	generate_audio=true|false;	end_image=;an address or @FILE	styles=;{id, strength}
lightricks/ltx-video-2.5-fast	video, price unknown		prompt=;string	start_image=;an address or @FILE	aspect_ratio=16:9|9:16;	duration=6|8|10|12|14|16|18|20;	resolution=720p|1080p|1440p|4k;	generate_audio=true|false;	camera_motion=dolly_in|dolly_out|dolly_left|dolly_right|jib_up|jib_down|static|focus_shift;	end_image=;an address or @FILE
lightricks/ltx-video-2.5-pro	video, about $0.12 to $0.17/s		prompt=;string	start_image=;an address or @FILE	aspect_ratio=16:9|9:16;	duration=6|8|10;	resolution=720p|1080p;	generate_audio=true|false;	camera_motion=dolly_in|dolly_out|dolly_left|dolly_right|jib_up|jib_down|static|focus_shift;	end_image=;an address or @FILE
luma/ray-2	video, about $0.40		prompt=;string	start_image=;an address or @FILE	aspect_ratio=1:1|16:9|9:16|4:3|3:4|21:9|9:21;	loop=true|false;	width=;540 to 2520	height=;540 to 2520
luma/uni-1	image, price unknown		prompt=;at most 6000 characters	width=;512 to 8192	height=;512 to 8192	mode=standard|max;	style=auto|manga;	output_format=png|jpeg;	web_search=true|false;	style_images=;{strength, url?}, at most 9 of them
magnific/creative-enhance	enhance, price unknown		prompt=;string	width=;1 to 10000	height=;1 to 10000	seed=;number	image_url=;an address or @FILE	output_format=png|jpg|webp;	optimized_for=standard|soft_portraits|hard_portraits|art_n_illustration|videogame_assets|nature_n_landscapes|films_n_photography|3d_renders|science_fiction_n_horror;	creativity=;-10 to 10	hdr=;-10 to 10	resemblance=;-10 to 10	fractality=;-10 to 10	engine=automatic|magnific_illusio|magnific_sharpy|magnific_sparkle;	upscaling_activated=true|false;	image_scaling_factor=;2 to 16
magnific/precise-enhance	enhance, price unknown		width=;1 to 10000	height=;1 to 10000	seed=;number	image_url=;an address or @FILE	output_format=png|jpg|webp;	sharpen=;0 to 100	smart_grain=;0 to 100	ultra_detail=;0 to 100	flavor=sublime|photo|photo_denoiser;	upscaling_activated=true|false;	image_scaling_factor=;2 to 16
meshy/meshy-7	3d, price unknown		prompt=;string	seed=;number	input_mode=image|text;	generate_texture=true|false;	target_polycount=;100 to 300000	enable_pbr=true|false;	image_urls=;an address or @FILE
meta/muse-image	image, about $0.01		prompt=;string	aspect_ratio=21:9|16:9|4:3|3:2|1:1|2:3|3:4|9:16|9:21;	style_images=;{strength, url?}, at most 10 of them
microsoft/trellis	3d, price unknown		prompt=;string	seed=;number	input_mode=image|text;	generate_texture=true|false;	texture_size=;number	image_urls=;an address or @FILE
microsoft/trellis-2	3d, about $0.30		prompt=;string	seed=;number	input_mode=image|text;	generate_texture=true|false;	resolution=512|1024|1536;	texture_size=1024|2048|4096;	decimation_target=;100000 to 2000000	image_urls=;an address or @FILE
minimax/h3-max	video, $0.05 to about $0.16/s		prompt=;at most 7000 characters	start_image=;an address or @FILE	aspect_ratio=21:9|16:9|4:3|1:1|3:4|9:16;	end_image=;an address or @FILE	resolution=480p|768p|1080p;	duration=;5 to 15	seed=;0 to 2147483647	prompt_expansion_mode=disabled|fast|balanced|quality;	reference_images=;an address or @FILE, at most 12 of them	reference_videos=;an address or @FILE, at most 7 of them	reference_video_seconds=;0 to 15	reference_audios=;an address or @FILE, at most 7 of them
minimax/h3-max-camera-controls	video, price unknown		prompt=;at most 50000 characters	start_image=;an address or @FILE	resolution=480p|768p|1080p;	duration=;5 to 15	seed=;0 to 2147483647	prompt_expansion_mode=balanced|quality;	camera_trajectory=;{time, distance, azimuth, elevation}, at most 12 of them
minimax/h3-max-turbo	video, price unknown		prompt=;at most 50000 characters	start_image=;an address or @FILE	aspect_ratio=21:9|16:9|4:3|1:1|3:4|9:16;	end_image=;an address or @FILE	resolution=480p|768p|1080p;	duration=;5 to 15	seed=;0 to 2147483647	prompt_expansion_mode=balanced|quality;
minimax/hailuo	video, price unknown		prompt=;string	start_image=;an address or @FILE	expand_prompt=true|false;
minimax/hailuo-02	video, price unknown		prompt=;string	start_image=;an address or @FILE	expand_prompt=true|false;	end_image=;an address or @FILE	resolution=512p|768p|1080p;	duration=;6 to 10
minimax/hailuo-2.3	video, about $0.049 to $0.08575/s		prompt=;string	start_image=;an address or @FILE	expand_prompt=true|false;	end_image=;an address or @FILE	resolution=768p|1080p;	duration=6|10;
minimax/hailuo-2.3-fast	video, price unknown		prompt=;string	start_image=;an address or @FILE	expand_prompt=true|false;	end_image=;an address or @FILE	resolution=768p|1080p;	duration=6|10;
minimax/hailuo-3	video, $0.13 to about $0.162/s		prompt=;at most 7000 characters	start_image=;an address or @FILE	aspect_ratio=adaptive|21:9|16:9|4:3|1:1|3:4|9:16;	end_image=;an address or @FILE	reference_images=;an address or @FILE, at most 9 of them	reference_videos=;an address or @FILE, at most 3 of them	reference_video_seconds=;0 to 15	reference_audios=;an address or @FILE, at most 3 of them	duration=;5 to 15
openai/gpt-image	image, price unknown	chatgpt-image	prompt=;string	width=;512 to 8192	height=;512 to 8192	quality=low|medium|high|auto;	image_urls=;an address or @FILE, at most 15 of them	styles=;{id, strength}, at most 5 of them
openai/gpt-image-2	image, price unknown		prompt=;string	quality=low|medium|high|auto;	image_urls=;an address or @FILE, at most 10 of them	width=;number	height=;number	aspect_ratio=16:9|2:1|3:2|4:3|1:1|3:4|2:3|1:2|9:16;	resolution=1K|2K|4K;
openai/gpt-image-2.5-flare	image, price unknown		prompt=;string	quality=low|medium|high|xhigh|max;	image_urls=;an address or @FILE, at most 10 of them	aspect_ratio=16:9|2:1|3:2|4:3|1:1|3:4|2:3|1:2|9:16;	resolution=1K|2K|4K;	background=transparent|opaque|auto;
openai/gpt-image-2.5-sunburst	image, price unknown		prompt=;string	quality=low|medium|high|xhigh|max;	image_urls=;an address or @FILE, at most 10 of them	aspect_ratio=16:9|2:1|3:2|4:3|1:1|3:4|2:3|1:2|9:16;	resolution=1K|2K|4K;
qwen/2512	image, price unknown		prompt=;string	negative_prompt=;string	width=;256 to 4096	height=;256 to 4096	num_inference_steps=;1 to 50	cfg_scale=;number	seed=;number	styles=;{id, strength}, at most 3 of them
recraft/recraft-v4.1-flash	image, price unknown		prompt=;string	aspect_ratio=1:1|4:3|3:2|16:9|3:4|2:3|9:16;	resolution=1K;
runway/gen-4-image	image, price unknown	runway-gen-4	prompt=;at most 1000 characters	width=;512 to 8192	height=;512 to 8192	seed=;number	reference_images=;{url, tag}, at most 3 of them
runway/gen-4-video	video, price unknown		prompt=;string	start_image=;an address or @FILE	aspect_ratio=1280:720|720:1280;	duration=5|10;	seed=;number
runway/gen-4.5	video, $0.12/s		prompt=;string	start_image=;an address or @FILE	aspect_ratio=1280:720|720:1280|1104:832|832:1104|960:960|1584:672|672:1584;	duration=;2 to 10	seed=;number
runway/ruby	enhance, price unknown		output_format=hdr10|hlg|hdr_prores;	video_url=;an address or @FILE	prores_profile=422|4444|422 HQ;
tencent/hunyuan3d-2.1	3d, price unknown		prompt=;string	seed=;number	input_mode=image|text;	generate_texture=true|false;	image_urls=;an address or @FILE
tencent/hunyuan3d-3.1-pro	3d, price unknown		prompt=;string	seed=;number	input_mode=image|text;	generate_texture=true|false;	enable_pbr=true|false;	face_count=;40000 to 1500000	back_image_url=;an address or @FILE	left_image_url=;an address or @FILE	right_image_url=;an address or @FILE	top_image_url=;an address or @FILE	bottom_image_url=;an address or @FILE	left_front_image_url=;an address or @FILE	right_front_image_url=;an address or @FILE	image_urls=;an address or @FILE
tencent/hunyuan3d-3.1-rapid	3d, price unknown		prompt=;string	input_mode=image|text;	generate_texture=true|false;	image_urls=;an address or @FILE
topaz/astra	enhance, price unknown		target_width=;1 to 8000	target_height=;1 to 8000	crop_to_fit=true|false;	creativity=low|high;	video_url=;an address or @FILE	frame_interpolation=true|false;	frame_interpolation_fps=;15 to 240	frame_interpolation_model=apo-8|apf-2|chr-2|chf-3;	frame_interpolation_slowmo=;1 to 16	frame_interpolation_fix_duplicate_frames=true|false;	frame_interpolation_duplicate_sensitivity=;0.001 to 0.1	video_output_preset=h264-high|h265-main|h265-main10|prores-422-proxy|prores-422-lt|prores-422-std|prores-422-hq|av1-8-bit|av1-10-bit|vp9-good|vp9-best;
topaz/astra-2	enhance, price unknown		target_width=;1 to 8000	target_height=;1 to 8000	crop_to_fit=true|false;	creativity=low|middle|high;	sharp=;0 to 1	realism=;0 to 1	video_url=;an address or @FILE	prompt=;at most 1500 characters	frame_interpolation=true|false;	frame_interpolation_fps=;15 to 240	frame_interpolation_model=apo-8|apf-2|chr-2|chf-3;	frame_interpolation_slowmo=;1 to 16	frame_interpolation_fix_duplicate_frames=true|false;	frame_interpolation_duplicate_sensitivity=;0.001 to 0.1	video_output_preset=h264-high|h265-main|h265-main10|prores-422-proxy|prores-422-lt|prores-422-std|prores-422-hq|av1-8-bit|av1-10-bit|vp9-good|vp9-best;
topaz/bloom-2-enhance	enhance, price unknown		prompt=;string	width=;1 to 10000	height=;1 to 10000	seed=;number	image_url=;an address or @FILE	output_format=png|jpg|webp;	crop_to_fill=true|false;	creativity=;1 to 9	autoprompt=true|false;	face_preservation=true|false;	color_preservation=true|false;	grain=true|false;	grain_model=silver|gaussian|grey;	grain_density=;0 to 1	grain_strength=;0 to 1	grain_size=;1 to 5	reference_uri=;an address or @FILE	upscaling_activated=true|false;	image_scaling_factor=;1 to 32
topaz/bloom-enhance	enhance, about $0.51	topaz-bloom-enhance	prompt=;string	width=;1 to 10000	height=;1 to 10000	seed=;number	image_url=;an address or @FILE	output_format=png|jpg|webp;	crop_to_fill=true|false;	creativity=;1 to 9	face_preservation=true|false;	color_preservation=true|false;	upscaling_activated=true|false;	image_scaling_factor=;1 to 32
topaz/generative-enhance	enhance, about $0.27	topaz-generative-enhance	prompt=;string	width=;1 to 32000	height=;1 to 32000	seed=;number	image_url=;an address or @FILE	model=Redefine|Recovery|Recovery V2|Reimagine|Wonder 3|Standard MAX|Recover 3|Detail;	output_format=png|jpg|webp;	subject_detection=All|Foreground|Background;	face_enhancement=true|false;	face_enhancement_creativity=;0 to 1	face_enhancement_strength=;0 to 1	crop_to_fill=true|false;	upscaling_activated=true|false;	image_scaling_factor=;1 to 32	creativity=;1 to 6	texture=;1 to 5	sharpen=;0 to 1	denoise=;0 to 1	detail=;0 to 1
topaz/hyperion	enhance, price unknown		target_width=;1 to 8000	target_height=;1 to 8000	crop_to_fit=true|false;	video_url=;an address or @FILE	frame_interpolation=true|false;	frame_interpolation_fps=;15 to 240	frame_interpolation_model=apo-8|apf-2|chr-2|chf-3;	frame_interpolation_slowmo=;1 to 16	frame_interpolation_fix_duplicate_frames=true|false;	frame_interpolation_duplicate_sensitivity=;0.001 to 0.1	video_output_preset=h264-high|h265-main|h265-main10|prores-422-proxy|prores-422-lt|prores-422-std|prores-422-hq|av1-8-bit|av1-10-bit|vp9-good|vp9-best;
topaz/standard-enhance	enhance, about $0.10	topaz topaz-standard-enhance	prompt=;string	width=;1 to 32000	height=;1 to 32000	seed=;number	image_url=;an address or @FILE	model=Standard V2|Low Resolution V2|CGI|High Fidelity V2|Upscale High Fidelity V3|Text Refine;	output_format=png|jpg|webp;	subject_detection=All|Foreground|Background;	face_enhancement=true|false;	face_enhancement_creativity=;0 to 1	face_enhancement_strength=;0 to 1	crop_to_fill=true|false;	upscaling_activated=true|false;	image_scaling_factor=;1 to 32	sharpen=;0 to 1	denoise=;0 to 1	fix_compression=;0 to 1	strength=;0.01 to 1
topaz/starlight-precise	enhance, price unknown		target_width=;1 to 8000	target_height=;1 to 8000	crop_to_fit=true|false;	video_url=;an address or @FILE	frame_interpolation=true|false;	frame_interpolation_fps=;15 to 240	frame_interpolation_model=apo-8|apf-2|chr-2|chf-3;	frame_interpolation_slowmo=;1 to 16	frame_interpolation_fix_duplicate_frames=true|false;	frame_interpolation_duplicate_sensitivity=;0.001 to 0.1	video_output_preset=h264-high|h265-main|h265-main10|prores-422-proxy|prores-422-lt|prores-422-std|prores-422-hq|av1-8-bit|av1-10-bit|vp9-good|vp9-best;
topaz/starlight-precise-25	enhance, price unknown		target_width=;1 to 8000	target_height=;1 to 8000	crop_to_fit=true|false;	video_url=;an address or @FILE	frame_interpolation=true|false;	frame_interpolation_fps=;15 to 240	frame_interpolation_model=apo-8|apf-2|chr-2|chf-3;	frame_interpolation_slowmo=;1 to 16	frame_interpolation_fix_duplicate_frames=true|false;	frame_interpolation_duplicate_sensitivity=;0.001 to 0.1	video_output_preset=h264-high|h265-main|h265-main10|prores-422-proxy|prores-422-lt|prores-422-std|prores-422-hq|av1-8-bit|av1-10-bit|vp9-good|vp9-best;
topaz/video-upscale	enhance, price unknown		target_width=;1 to 8000	target_height=;1 to 8000	crop_to_fit=true|false;	video_url=;an address or @FILE	enhancement=true|false;	enhancement_video_type=Progressive|Interlaced|ProgressiveInterlaced;	enhancement_model=aaa-9|ahq-12|alq-13|alqs-2|amq-13|amqs-2|ddv-3|dtd-4|dtds-2|dtv-4|dtvs-2|gcg-5|ghq-5|iris-2|iris-3|nxf-1|nyx-3|prob-4|rhea-1|sl-1|thd-3|thf-4|thm-2;	enhancement_focus_fix=None|Normal|Strong;	enhancement_parameters=Auto|Manual;	enhancement_compression=;-1 to 1	enhancement_recover_details=;0 to 1	enhancement_sharpen=;-1 to 1	enhancement_reduce_noise=;-1 to 1	enhancement_reduce_halo=;-1 to 1	enhancement_preblur=;-1 to 1	frame_interpolation=true|false;	frame_interpolation_fps=;15 to 240	frame_interpolation_model=apo-8|apf-2|chr-2|chf-3;	frame_interpolation_slowmo=;1 to 16	frame_interpolation_fix_duplicate_frames=true|false;	frame_interpolation_duplicate_sensitivity=;0.001 to 0.1	grain=true|false;	grain_strength=;0 to 0.1	grain_size=;0 to 5	video_output_preset=h264-high|h265-main|h265-main10|prores-422-proxy|prores-422-lt|prores-422-std|prores-422-hq|av1-8-bit|av1-10-bit|vp9-good|vp9-best;
topaz/wonder-35-enhance	enhance, price unknown		width=;1 to 16000	height=;1 to 16000	seed=;number	image_url=;an address or @FILE	output_format=png|jpg|webp;	crop_to_fill=true|false;	enhancement_strength=low|medium|high;	grain=true|false;	grain_model=silver|gaussian|grey;	grain_density=;0 to 1	grain_strength=;0 to 1	grain_size=;1 to 5	upscaling_activated=true|false;	image_scaling_factor=;1 to 32
tripo/h3.1	3d, price unknown		prompt=;string	seed=;number	input_mode=image|text;	generate_texture=true|false;	face_limit=;1000 to 2000000	image_urls=;an address or @FILE
tripo/tripo	3d, price unknown		prompt=;string	seed=;number	input_mode=image|text;	generate_texture=true|false;	image_urls=;an address or @FILE
vidu/q3	video, price unknown		prompt=;at most 2000 characters	start_image=;an address or @FILE	aspect_ratio=16:9|9:16;	duration=;1 to 16	resolution=540p|720p|1080p;	generate_audio=true|false;	seed=;number	movement_amplitude=auto|small|medium|large;
xai/grok-imagine-2	image, price unknown	grok-image	prompt=;at most 4000 characters	quality=low|medium;	aspect_ratio=2:1|20:9|19.5:9|16:9|3:2|4:3|1:1|3:4|2:3|9:16|9:19.5|9:20|1:2;	resolution=1K|2K;	style_images=;{strength, url?}, at most 3 of them
xai/grok-imagine-2-edit	image, price unknown		prompt=;at most 4000 characters	quality=low|medium;	resolution=1K|2K;	image_urls=;an address or @FILE, at most 3 of them
xai/grok-video	video, price unknown		prompt=;at most 4096 characters	start_image=;an address or @FILE	start_video=;an address or @FILE	duration=;1 to 15	resolution=480p|720p;	aspect_ratio=16:9|9:16|1:1|4:3|3:4|3:2|2:3;	reference_images=;an address or @FILE, at most 7 of them	edit_video=;an address or @FILE
xai/grok-video-1.5	video, price unknown		prompt=;at most 4096 characters	start_image=;an address or @FILE	start_video=;an address or @FILE	duration=;1 to 15	resolution=480p|720p|1080p;	aspect_ratio=16:9|9:16|1:1;
z-image/z-image	image, about $0.003		prompt=;string	seed=;number	denoising_strength=;0 to 1	styles=;{id, strength}, at most 3 of them	skip_prompt_expansion=true|false;	aspect_ratio=1:1|4:3|2:3|16:9|9:16;	resolution=1K;	image_url=;an address or @FILE	style_images=;{strength, url?}, at most one
MODELS' krea "$@" -- "${words[@]}" 2> /dev/null
}

# Offer what is looked up and starts with what is typed, between $before and $after. What was read
# is data: nothing here expands it (`compgen -W` would run it).
_krea_find() {
    local line typed=${cur#"$before"}
    while IFS= read -r line; do
        line=${line%%$'\t'*}
        case $line in
            "$typed"*) ;;
            *) continue ;;
        esac
        case $line in *' '*) printf -v line %q "$line" ;; esac
        COMPREPLY+=("$before$line$after")
    done < <(_krea_lookup "$1" "$2")
    compopt -o nosort 2> /dev/null
}

# Several models stand with commas between them.
_krea_models() {
    case $cur in *,*) before=${cur%,*}, ;; esac
    _krea_find names
}

_krea_inputs() {
    case $cur in
        *=*)
            before=${cur%%=*}=
            _krea_find choices "${cur%%=*}"
            ;;
        *)
            after==
            compopt -o nospace 2> /dev/null
            _krea_find fields
            ;;
    esac
}

# Where an id is wanted, a file will do.
_krea_requests() {
    _krea_find "$1"
    [ ${#COMPREPLY[@]} -gt 0 ] || _krea_files
}

_krea_output() {
    local name open=${cur##*\{}
    case $cur in *\{*) case $open in *\}*) ;; *)
        compopt -o nospace 2> /dev/null
        for name in slug job_id model seed n index ext date; do
            case $name in "$open"*) COMPREPLY+=("${cur%"$open"}$name}") ;; esac
        done
        return
        ;;
    esac ;; esac
    _krea_files
}

# readline's own file names, with its quoting; bash 3.2 has no compopt.
_krea_files() {
    compopt -o default 2> /dev/null && return
    local name
    while IFS= read -r name; do COMPREPLY+=("$name"); done < <(compgen -f -- "$own")
}

# readline takes the @ for a part of the name: it gets it back, and the name with its quoting.
_krea_files_behind_at() {
    local name typed=${cur#*=@}
    before=${cur%"$typed"}
    while IFS= read -r name; do
        if [ -d "$name" ]; then
            name=$name/
            compopt -o nospace 2> /dev/null
        fi
        printf -v name %q "$name"
        COMPREPLY+=("$before$name")
    done < <(compgen -f -- "$typed")
    own=@$own
}

# Behind `--` stands a command line of its own; bash-completion knows how to go on there.
_krea_commands() {
    local name
    if [ -n "$literal" ] && declare -F _command_offset > /dev/null; then
        _command_offset $((place + 1))
        return
    fi
    if [ -z "$literal" ] || [ "$COMP_CWORD" -eq $((place + 1)) ]; then
        while IFS= read -r name; do COMPREPLY+=("$name"); done < <(compgen -c -- "$cur")
    fi
    [ ${#COMPREPLY[@]} -gt 0 ] || _krea_files
}

# bash breaks --option=value, key=@file and 16:9 into words of their own: put them together,
# complete the whole, and hand back what is behind the part that bash holds for another word.
_krea() {
    local -a words=()
    local word sticks='' own=${COMP_WORDS[COMP_CWORD]} before='' after='' cur prev place
    COMPREPLY=()
    for word in "${COMP_WORDS[@]:0:COMP_CWORD+1}"; do
        case $word in [=:]*) [ ${#words[@]} -gt 1 ] && sticks=yes ;; esac
        if [ -n "$sticks" ]; then
            words[${#words[@]} - 1]+=$word
        else
            words+=("$word")
        fi
        sticks=
        case $word in [=:] | [=:][=:@]) sticks=yes ;; esac
    done
    case $own in [=:]*) own= ;; esac
    # bash 3 leaves them whole, but replaces the last part only.
    [ "${BASH_VERSINFO[0]}" -gt 3 ] || own=${own##*[=:@]}
    cur=${words[${#words[@]} - 1]} prev=
    [ ${#words[@]} -lt 2 ] || prev=${words[${#words[@]} - 2]}
    case $cur in --*=*) prev=${cur%%=*} cur=${cur#*=} ;; esac
    _krea_words
    local typed=${cur%"$own"}
    [ -z "$typed" ] || for place in "${!COMPREPLY[@]}"; do
        COMPREPLY[place]=${COMPREPLY[place]#"$typed"}
    done
}

_krea_words() {
    local path=krea literal='' word place
    for ((place = 1; place < COMP_CWORD; place++)); do
        word=${COMP_WORDS[place]}
        if [ "$word" = -- ]; then
            literal=yes
            break
        fi
        case "$path $word" in
            "krea generate" | "krea again" | "krea status" | "krea jobs" | "krea wait" | "krea download" | "krea batch" | "krea cancel" | "krea history" | "krea spend" | "krea recover" | "krea verify" | "krea models" | "krea doctor" | "krea completion" | "krea sandbox" | "krea auth" | "krea auth login" | "krea auth status" | "krea auth same-account" | "krea auth other-account" | "krea auth logout" | "krea preset" | "krea preset save" | "krea preset list" | "krea preset show" | "krea preset delete" | "krea config" | "krea config get" | "krea config set" | "krea config unset" | "krea config list" | "krea config edit" | "krea config path") path="$path $word" ;;
        esac
    done
    case $cur in *=@*) _krea_files_behind_at; return ;; esac
    case "$path$literal" in
        "krea")
            case $cur in
                -*) _krea_offer --version -V --help -h ;;
                *) _krea_offer generate again status jobs wait download batch cancel history spend recover verify models doctor completion sandbox auth preset config ;;
            esac
            ;;
        "krea generate")
            case $prev in
                --model | -m) _krea_models; return ;;
                --preset) _krea_find presets; return ;;
                --output | -o) _krea_output; return ;;
                --input | -i) _krea_inputs; return ;;
                --count | -n) return ;;
                --vary) _krea_offer all; return ;;
                --vary-seed) return ;;
                --image) _krea_files; return ;;
                --video) _krea_files; return ;;
                --audio) _krea_files; return ;;
                --style) return ;;
                --seed) _krea_find choices seed; return ;;
                --width) _krea_find choices width; return ;;
                --height) _krea_find choices height; return ;;
                --aspect-ratio) _krea_find choices aspect_ratio; return ;;
                --resolution) _krea_find choices resolution; return ;;
                --duration) _krea_find choices duration; return ;;
                --prompt-file) _krea_files; return ;;
                --timeout) return ;;
                --max-cost) return ;;
                --assume-price) return ;;
                --webhook) return ;;
                --tag) _krea_find tags; return ;;
                --like) _krea_requests requests; return ;;
                --on-end) _krea_commands; return ;;
                --profile) _krea_find profiles; return ;;
                --token-file) _krea_files; return ;;
                --color) _krea_offer auto always never; return ;;
            esac
            case $cur in
                -*) _krea_offer --model -m --preset --output -o --input -i --count -n --vary --vary-seed --image --video --audio --style --seed --width --height --aspect-ratio --resolution --duration --prompt-file --edit --no-wait --timeout --max-cost --assume-price --webhook --tag --dry-run --force --again --yes --no-check --like --reuse --any-seed --sidecar --embed --convert --no-original --on-end --profile --token-file --no-ledger --json --quiet -q --verbose -v --color --help -h ;;
            esac
            ;;
        "krea again")
            case $prev in
                --output | -o) _krea_output; return ;;
                --count | -n) return ;;
                --model | -m) _krea_models; return ;;
                --input | -i) _krea_inputs; return ;;
                --vary) return ;;
                --vary-seed) return ;;
                --image) _krea_files; return ;;
                --video) _krea_files; return ;;
                --audio) _krea_files; return ;;
                --style) return ;;
                --seed) _krea_find choices seed; return ;;
                --width) _krea_find choices width; return ;;
                --height) _krea_find choices height; return ;;
                --aspect-ratio) _krea_find choices aspect_ratio; return ;;
                --resolution) _krea_find choices resolution; return ;;
                --duration) _krea_find choices duration; return ;;
                --prompt-file) _krea_files; return ;;
                --timeout) return ;;
                --max-cost) return ;;
                --assume-price) return ;;
                --webhook) return ;;
                --tag) _krea_find tags; return ;;
                --profile) _krea_find profiles; return ;;
                --token-file) _krea_files; return ;;
                --color) _krea_offer auto always never; return ;;
            esac
            case $cur in
                -*) _krea_offer --edit --output -o --count -n --model -m --input -i --vary --vary-seed --image --video --audio --style --seed --width --height --aspect-ratio --resolution --duration --prompt-file --no-wait --timeout --max-cost --assume-price --yes --webhook --tag --dry-run --force --no-check --sidecar --embed --convert --no-original --profile --token-file --no-ledger --json --quiet -q --verbose -v --color --help -h ;;
                *) _krea_requests requests ;;
            esac
            ;;
        "krea againyes") _krea_requests requests ;;
        "krea status")
            case $prev in
                --profile) _krea_find profiles; return ;;
                --token-file) _krea_files; return ;;
                --color) _krea_offer auto always never; return ;;
            esac
            case $cur in
                -*) _krea_offer --json --quiet -q --verbose -v --profile --token-file --color --help -h ;;
                *) _krea_requests requests ;;
            esac
            ;;
        "krea statusyes") _krea_requests requests ;;
        "krea jobs")
            case $prev in
                --status) _krea_offer running backlogged queued scheduled processing sampling intermediate-complete completed failed cancelled; return ;;
                --type) return ;;
                --since) _krea_offer today yesterday monday 1h 12h 7d 30d; return ;;
                --limit) return ;;
                --profile) _krea_find profiles; return ;;
                --token-file) _krea_files; return ;;
                --color) _krea_offer auto always never; return ;;
            esac
            case $cur in
                -*) _krea_offer --status --type --since --limit --all --profile --token-file --json --quiet -q --verbose -v --color --help -h ;;
            esac
            ;;
        "krea wait")
            case $prev in
                --timeout) return ;;
                --on-end) _krea_commands; return ;;
                --profile) _krea_find profiles; return ;;
                --token-file) _krea_files; return ;;
                --color) _krea_offer auto always never; return ;;
            esac
            case $cur in
                -*) _krea_offer --timeout --json --quiet -q --verbose -v --on-end --profile --token-file --color --help -h ;;
                *) _krea_requests running ;;
            esac
            ;;
        "krea waityes") _krea_requests running ;;
        "krea download")
            case $prev in
                --output | -o) _krea_output; return ;;
                --timeout) return ;;
                --on-end) _krea_commands; return ;;
                --profile) _krea_find profiles; return ;;
                --token-file) _krea_files; return ;;
                --color) _krea_offer auto always never; return ;;
            esac
            case $cur in
                -*) _krea_offer --output -o --force --timeout --json --quiet -q --verbose -v --on-end --profile --token-file --no-ledger --missing --sidecar --embed --convert --no-original --color --help -h ;;
                *) _krea_requests requests ;;
            esac
            ;;
        "krea downloadyes") _krea_requests requests ;;
        "krea batch")
            case $prev in
                --format) _krea_offer txt csv tsv jsonl; return ;;
                --model | -m) _krea_models; return ;;
                --preset) _krea_find presets; return ;;
                --output | -o) _krea_output; return ;;
                --input | -i) _krea_inputs; return ;;
                --sweep) _krea_inputs; return ;;
                --count | -n) return ;;
                --vary) _krea_offer all; return ;;
                --vary-seed) return ;;
                --image) _krea_files; return ;;
                --video) _krea_files; return ;;
                --audio) _krea_files; return ;;
                --style) return ;;
                --seed) _krea_find choices seed; return ;;
                --width) _krea_find choices width; return ;;
                --height) _krea_find choices height; return ;;
                --aspect-ratio) _krea_find choices aspect_ratio; return ;;
                --resolution) _krea_find choices resolution; return ;;
                --duration) _krea_find choices duration; return ;;
                --jobs | -j) return ;;
                --max-failures) return ;;
                --retries) return ;;
                --deadline) return ;;
                --max-cost) return ;;
                --assume-price) return ;;
                --to) _krea_files; return ;;
                --lines) return ;;
                --first) return ;;
                --filter) return ;;
                --shard) return ;;
                --report) _krea_files; return ;;
                --timeout) return ;;
                --webhook) return ;;
                --tag) _krea_find tags; return ;;
                --on-end) _krea_commands; return ;;
                --profile) _krea_find profiles; return ;;
                --token-file) _krea_files; return ;;
                --color) _krea_offer auto always never; return ;;
            esac
            case $cur in
                -*) _krea_offer --format --model -m --preset --output -o --input -i --sweep --count -n --vary --vary-seed --image --video --audio --style --seed --width --height --aspect-ratio --resolution --duration --jobs -j --fail-fast --max-failures --retries --retry-failed --deadline --max-cost --assume-price --yes --dry-run --check --prune --to --status --lines --first --filter --only-failed --shard --report --timeout --webhook --tag --allow-outside --force --no-check --sidecar --embed --convert --no-original --on-end --profile --token-file --json --quiet -q --verbose -v --color --help -h ;;
                *) _krea_files ;;
            esac
            ;;
        "krea batchyes") _krea_files ;;
        "krea cancel")
            case $prev in
                --batch) _krea_files; return ;;
                --profile) _krea_find profiles; return ;;
                --token-file) _krea_files; return ;;
                --color) _krea_offer auto always never; return ;;
            esac
            case $cur in
                -*) _krea_offer --batch --profile --token-file --json --quiet -q --verbose -v --color --help -h ;;
                *) _krea_requests running ;;
            esac
            ;;
        "krea cancelyes") _krea_requests running ;;
        "krea history")
            case $prev in
                --model | -m) _krea_models; return ;;
                --status) _krea_offer saved completed failed cancelled refused empty checked sending submitted unknown unfound forgotten backlogged queued scheduled processing sampling intermediate-complete replaced changed deleted; return ;;
                --since) _krea_offer today yesterday monday 1h 12h 7d 30d; return ;;
                --limit) return ;;
                --profile) _krea_find profiles; return ;;
                --token-file) _krea_files; return ;;
                --color) _krea_offer auto always never; return ;;
            esac
            case $cur in
                -*) _krea_offer --model -m --status --since --unfinished --limit --erase --yes --profile --token-file --json --quiet -q --verbose -v --color --help -h ;;
                *) _krea_requests requests ;;
            esac
            ;;
        "krea historyyes") _krea_requests requests ;;
        "krea spend")
            case $prev in
                --since) _krea_offer today yesterday monday 1h 12h 7d 30d; return ;;
                --by) _krea_offer day model batch profile tag; return ;;
                --profile) _krea_find profiles; return ;;
                --color) _krea_offer auto always never; return ;;
            esac
            case $cur in
                -*) _krea_offer --since --by --csv --profile --json --quiet -q --verbose -v --color --help -h ;;
            esac
            ;;
        "krea recover")
            case $prev in
                --adopt) _krea_find doubts; return ;;
                --resubmit) _krea_find doubts; return ;;
                --forget) _krea_find doubts; return ;;
                --older) return ;;
                --assume-price) return ;;
                --profile) _krea_find profiles; return ;;
                --token-file) _krea_files; return ;;
                --color) _krea_offer auto always never; return ;;
            esac
            case $cur in
                -*) _krea_offer --adopt --resubmit --forget --older --assume-price --yes --profile --token-file --json --quiet -q --verbose -v --color --help -h ;;
            esac
            ;;
        "krea verify")
            case $prev in
                --profile) _krea_find profiles; return ;;
                --token-file) _krea_files; return ;;
                --color) _krea_offer auto always never; return ;;
            esac
            case $cur in
                -*) _krea_offer --repair --force --profile --token-file --json --quiet -q --verbose -v --color --help -h ;;
                *) _krea_files ;;
            esac
            ;;
        "krea verifyyes") _krea_files ;;
        "krea models")
            case $prev in
                --kind) _krea_offer image enhance video 3d audio; return ;;
                --takes) _krea_offer text image video audio; return ;;
                --with) _krea_find fields '*'; return ;;
                --max-price) return ;;
                --sort) _krea_offer price time name; return ;;
                --color) _krea_offer auto always never; return ;;
            esac
            case $cur in
                -*) _krea_offer --kind --takes --with --max-price --sort --refresh --json --quiet -q --verbose -v --color --help -h ;;
                *) _krea_models ;;
            esac
            ;;
        "krea modelsyes") _krea_models ;;
        "krea doctor")
            case $prev in
                --profile) _krea_find profiles; return ;;
                --token-file) _krea_files; return ;;
                --color) _krea_offer auto always never; return ;;
            esac
            case $cur in
                -*) _krea_offer --repair --profile --token-file --json --quiet -q --verbose -v --color --help -h ;;
            esac
            ;;
        "krea completion")
            case $prev in
                --color) _krea_offer auto always never; return ;;
            esac
            case $cur in
                -*) _krea_offer --color --help -h ;;
                *) _krea_offer_once bash zsh fish ;;
            esac
            ;;
        "krea completionyes") _krea_offer_once bash zsh fish ;;
        "krea sandbox")
            case $prev in
                --speed) return ;;
                --seconds) return ;;
                --seed) return ;;
                --concurrency) return ;;
                --backlog) return ;;
                --openapi) _krea_files; return ;;
                --fault) _krea_offer reset-before reset-after late 401 402 402-plan 403 410 422 429 429-after 500 503 503-after 524 524-before garbage empty-body slow-submit deprecated strangers fresh-404 list-lag list-empty odd-status poll-500 poll-reset cut slow download-403 download-404 download-500 no-length; return ;;
                --port) return ;;
                --color) _krea_offer auto always never; return ;;
            esac
            case $cur in
                -*) _krea_offer --speed --seconds --seed --concurrency --backlog --openapi --fault --port --color --help -h ;;
                *) _krea_commands ;;
            esac
            ;;
        "krea sandboxyes") _krea_commands ;;
        "krea auth")
            case $cur in
                -*) _krea_offer --help -h ;;
                *) _krea_offer login status same-account other-account logout ;;
            esac
            ;;
        "krea auth login")
            case $prev in
                --profile) _krea_find profiles; return ;;
                --color) _krea_offer auto always never; return ;;
            esac
            case $cur in
                -*) _krea_offer --with-token --profile --json --quiet -q --verbose -v --color --help -h ;;
            esac
            ;;
        "krea auth status")
            case $prev in
                --profile) _krea_find profiles; return ;;
                --token-file) _krea_files; return ;;
                --color) _krea_offer auto always never; return ;;
            esac
            case $cur in
                -*) _krea_offer --profile --token-file --json --quiet -q --verbose -v --color --help -h ;;
            esac
            ;;
        "krea auth same-account")
            case $prev in
                --profile) _krea_find profiles; return ;;
                --token-file) _krea_files; return ;;
                --color) _krea_offer auto always never; return ;;
            esac
            case $cur in
                -*) _krea_offer --profile --token-file --json --quiet -q --verbose -v --color --help -h ;;
            esac
            ;;
        "krea auth other-account")
            case $prev in
                --profile) _krea_find profiles; return ;;
                --token-file) _krea_files; return ;;
                --color) _krea_offer auto always never; return ;;
            esac
            case $cur in
                -*) _krea_offer --profile --token-file --json --quiet -q --verbose -v --color --help -h ;;
            esac
            ;;
        "krea auth logout")
            case $prev in
                --profile) _krea_find profiles; return ;;
                --color) _krea_offer auto always never; return ;;
            esac
            case $cur in
                -*) _krea_offer --profile --json --quiet -q --verbose -v --color --help -h ;;
            esac
            ;;
        "krea preset")
            case $cur in
                -*) _krea_offer --help -h ;;
                *) _krea_offer save list show delete ;;
            esac
            ;;
        "krea preset save")
            case $prev in
                --like) _krea_requests requests; return ;;
                --profile) _krea_find profiles; return ;;
                --token-file) _krea_files; return ;;
                --color) _krea_offer auto always never; return ;;
            esac
            case $cur in
                -*) _krea_offer --like --project --force --profile --token-file --json --quiet -q --verbose -v --color --help -h ;;
                *) _krea_find presets ;;
            esac
            ;;
        "krea preset saveyes") _krea_find presets ;;
        "krea preset list")
            case $prev in
                --color) _krea_offer auto always never; return ;;
            esac
            case $cur in
                -*) _krea_offer --json --quiet -q --verbose -v --color --help -h ;;
            esac
            ;;
        "krea preset show")
            case $prev in
                --color) _krea_offer auto always never; return ;;
            esac
            case $cur in
                -*) _krea_offer --json --quiet -q --verbose -v --color --help -h ;;
                *) _krea_find presets ;;
            esac
            ;;
        "krea preset showyes") _krea_find presets ;;
        "krea preset delete")
            case $prev in
                --color) _krea_offer auto always never; return ;;
            esac
            case $cur in
                -*) _krea_offer --project --json --quiet -q --verbose -v --color --help -h ;;
                *) _krea_find presets ;;
            esac
            ;;
        "krea preset deleteyes") _krea_find presets ;;
        "krea config")
            case $cur in
                -*) _krea_offer --help -h ;;
                *) _krea_offer get set unset list edit path ;;
            esac
            ;;
        "krea config get")
            case $prev in
                --color) _krea_offer auto always never; return ;;
            esac
            case $cur in
                -*) _krea_offer --json --quiet -q --verbose -v --color --help -h ;;
                *) _krea_offer_once model.default api.base account.shared budget.day budget.month confirm.above price.assume history.keep ledger.name submit.parallel output.folder output.template vary.folder terminal.notify timeout.image timeout.other ;;
            esac
            ;;
        "krea config getyes") _krea_offer_once model.default api.base account.shared budget.day budget.month confirm.above price.assume history.keep ledger.name submit.parallel output.folder output.template vary.folder terminal.notify timeout.image timeout.other ;;
        "krea config set")
            case $prev in
                --color) _krea_offer auto always never; return ;;
            esac
            case $cur in
                -*) _krea_offer --json --quiet -q --verbose -v --color --help -h ;;
                *) _krea_offer_once model.default api.base account.shared budget.day budget.month confirm.above price.assume history.keep ledger.name submit.parallel output.folder output.template vary.folder terminal.notify timeout.image timeout.other; case $prev in model.default) _krea_models ;; account.shared) _krea_offer true false ;; confirm.above) _krea_offer off ;; submit.parallel) _krea_offer 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 ;; output.folder) _krea_files ;; output.template) _krea_output ;; vary.folder) _krea_files ;; terminal.notify) _krea_offer bell off ;; esac ;;
            esac
            ;;
        "krea config setyes") _krea_offer_once model.default api.base account.shared budget.day budget.month confirm.above price.assume history.keep ledger.name submit.parallel output.folder output.template vary.folder terminal.notify timeout.image timeout.other; case $prev in model.default) _krea_models ;; account.shared) _krea_offer true false ;; confirm.above) _krea_offer off ;; submit.parallel) _krea_offer 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 ;; output.folder) _krea_files ;; output.template) _krea_output ;; vary.folder) _krea_files ;; terminal.notify) _krea_offer bell off ;; esac ;;
        "krea config unset")
            case $prev in
                --color) _krea_offer auto always never; return ;;
            esac
            case $cur in
                -*) _krea_offer --json --quiet -q --verbose -v --color --help -h ;;
                *) _krea_offer_once model.default api.base account.shared budget.day budget.month confirm.above price.assume history.keep ledger.name submit.parallel output.folder output.template vary.folder terminal.notify timeout.image timeout.other ;;
            esac
            ;;
        "krea config unsetyes") _krea_offer_once model.default api.base account.shared budget.day budget.month confirm.above price.assume history.keep ledger.name submit.parallel output.folder output.template vary.folder terminal.notify timeout.image timeout.other ;;
        "krea config list")
            case $prev in
                --color) _krea_offer auto always never; return ;;
            esac
            case $cur in
                -*) _krea_offer --json --quiet -q --verbose -v --color --help -h ;;
            esac
            ;;
        "krea config edit")
            case $prev in
                --color) _krea_offer auto always never; return ;;
            esac
            case $cur in
                -*) _krea_offer --quiet -q --verbose -v --color --help -h ;;
            esac
            ;;
        "krea config path")
            case $prev in
                --color) _krea_offer auto always never; return ;;
            esac
            case $cur in
                -*) _krea_offer --json --quiet -q --verbose -v --color --help -h ;;
            esac
            ;;
    esac
}

complete -F _krea krea
