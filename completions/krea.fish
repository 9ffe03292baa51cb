# fish completion for krea. Made by `python -m krea_cli.manual`; do not edit.

# The command that the words typed so far name, up to any `--`.
function __krea_path
    set -l path krea
    for word in (commandline -opc)[2..-1]
        test "$word" = --; and break
        if contains -- "$path $word" 'krea generate' 'krea again' 'krea status' 'krea jobs' 'krea wait' 'krea download' 'krea batch' 'krea cancel' 'krea history' 'krea spend' 'krea recover' 'krea verify' 'krea models' 'krea doctor' 'krea completion' 'krea sandbox' 'krea auth' 'krea auth login' 'krea auth status' 'krea auth same-account' 'krea auth other-account' 'krea auth logout' 'krea preset' 'krea preset save' 'krea preset list' 'krea preset show' 'krea preset delete' 'krea config' 'krea config get' 'krea config set' 'krea config unset' 'krea config list' 'krea config edit' 'krea config path'
            set path "$path $word"
        end
    end
    echo $path
end

function __krea_at
    not contains -- -- (commandline -opc); and test (__krea_path) = "$argv"
end

function __krea_behind
    contains -- -- (commandline -opc); and test (__krea_path) = "$argv"
end

# Print what may stand in a place, a tab, and a description: `__krea_find WHAT DETAIL`. What was
# read is data.
function __krea_find
    set -l token (commandline -ct)
    set -l words (commandline -opc) "$token"
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
        case $folder in "$home" | / | \'\') break ;; esac
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
export KREA_LOOKUP_MODELS="${cache:+$cache/models.tsv}" KREA_LOOKUP_CONFIG="$config/config.toml" \\
    KREA_LOOKUP_LOGINS="$config/credentials.json" KREA_LOOKUP_PROJECT="$project" \\
    KREA_LOOKUP_REQUESTS="$state/requests.list"
shift 3
LC_ALL=C awk \'
function offer(word, text) {
    gsub(/[\\001-\\037\\177]+/, " ", text)
    if (word ~ /^[A-Za-z0-9][A-Za-z0-9._:\\/=+ -]*$/ && !(word in offered)) print word (text == "" ? "" : "\\t" text)
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
        split(models[i], column, "\\t")
        offer(column[1], column[2])
        if (what != "names" || typed == "") continue
        short = column[1]
        if (sub(/^[^\\/]+\\//, "", short)) offer(short, column[2])
    }
}

# "key = value" below "[table]", with what stands around them taken off.
function read_toml(file, values,  line, at, table, key) {
    table = ""
    while (file != "" && (getline line < file) > 0) {
        sub(/^[ \\t\\357\\273\\277]+/, "", line)
        if (line ~ /^\\[/) {
            gsub(/[][" \\t]|#.*$/, "", line)
            table = line "."
            if (table ~ /^preset\\./) note_preset(table, values, "")
        } else if (line ~ /^["A-Za-z]/ && (at = index(line, "="))) {
            key = substr(line, 1, at - 1)
            gsub(/[" \\t]/, "", key)
            line = substr(line, at + 1)
            sub(/^[ \\t]*/, "", line)
            if (line ~ /^"/) { sub(/^"/, "", line); sub(/".*$/, "", line) }
            values[table key] = line
            if ((table key) ~ /^preset\\./) note_preset(table key ".", values, line)
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
    do { if (name in wanted) return 1 } while (sub(/^[^\\/]+\\//, "", name))
    n = split(column[3], names, " ")
    for (i = 1; i <= n; i++) if (names[i] in wanted) return 1
    return 0
}

# Fields of the models of the line, or of all where none is known by the name.
function list_fields(  pass, i, n, column) {
    for (pass = 1; pass <= 2; pass++) {
        for (i = 1; i <= count; i++) {
            n = split(models[i], column, "\\t")
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
        gsub(/\\|/, ", ", values)
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
        if (line ~ /^[0-9]+\\t/) lines[++n] = line
    for (i = 1; i <= n; i++) { split(lines[i], column, "\\t"); uses[substr(column[2], 1, 8)]++ }
    word = ARGV[ARGC - 1]
    for (i = 1; i <= n; i++) {
        split(lines[i], column, "\\t")
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
\' "$what" "$detail" "$@" << \'MODELS\'
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
MODELS' krea $argv[1] "$argv[2]" -- $words 2>/dev/null |
        string replace -r '^[^\t]+$' '$0'\t # else, fish repeats the option's own description
end

# The word that is typed, without the option before its "=".
function __krea_token
    string replace -r '^--[a-z-]+=' '' -- (commandline -ct)
end

# Each id, and what is left of it without its first part: fish replaces a whole word, --model= too,
# by a match that does not begin as the word does. Several models stand with commas between them.
function __krea_models
    set -l before (string match -r '^.*,' -- (__krea_token))
    for line in (__krea_find names)
        echo -- "$before"$line
    end
end

function __krea_inputs
    set -l token (__krea_token)
    set -l part (string split -m 1 = -- $token)
    if string match -q '*=@*' -- $token
        for path in (__fish_complete_path (string sub -s 2 -- $part[2]))
            echo -- "$part[1]=@$path"
        end
    else if set -q part[2]
        for line in (__krea_find choices $part[1])
            echo -- "$part[1]=$line"
        end
    else
        __krea_find fields | string replace -r '\t|$' '=$0'
    end
end

# Where an id is wanted, a file will do.
function __krea_requests
    set -l token (__krea_token)
    set -l found (__krea_find $argv[1])
    string join \n -- $found
    test -n "$token" -o -z "$found[1]"; and __fish_complete_path $token
end

function __krea_output
    set -l token (__krea_token)
    set -l before (string match -r '^.*\{(?=[^}]*$)' -- $token)
    if test -n "$before"
        for name in slug job_id model seed n index ext date
            echo -- "$before$name}"\ta placeholder
        end
    else
        __fish_complete_path $token
    end
end

# Behind `--` stands a command line of its own.
function __krea_rest
    set -l words (commandline -opc)
    set -l place (contains -i -- -- $words); or return
    set -l rest (string escape -- $words[(math $place + 1)..-1])
    complete -C (string join ' ' -- $rest (commandline -ct))
end

complete -c krea -f

# krea
complete -c krea -n '__krea_at krea' -a generate -d 'Submit a request, wait for it, save the result.'
complete -c krea -n '__krea_at krea' -a again -d 'Make an earlier request anew, with another seed.'
complete -c krea -n '__krea_at krea' -a status -d 'Show the current status of jobs, without waiting.'
complete -c krea -n '__krea_at krea' -a jobs -d 'List the account\'s jobs, whoever made them.'
complete -c krea -n '__krea_at krea' -a wait -d 'Wait for jobs and print the id of each that completes.'
complete -c krea -n '__krea_at krea' -a download -d 'Wait for jobs if necessary, and save their results.'
complete -c krea -n '__krea_at krea' -a batch -d 'Make everything that a file lists; run again to continue.'
complete -c krea -n '__krea_at krea' -a cancel -d 'Stop jobs that still run; cancelled jobs are not billed.'
complete -c krea -n '__krea_at krea' -a history -d 'Search earlier requests, or show how a file was made.'
complete -c krea -n '__krea_at krea' -a spend -d 'Show what requests have cost, today or since a time.'
complete -c krea -n '__krea_at krea' -a recover -d 'Find the jobs of requests whose answer was lost.'
complete -c krea -n '__krea_at krea' -a verify -d 'Check the files on disk against the report of a batch.'
complete -c krea -n '__krea_at krea' -a models -d 'List the models, find some, show or compare them.'
complete -c krea -n '__krea_at krea' -a doctor -d 'Check the set-up, and suggest how to fix problems.'
complete -c krea -n '__krea_at krea' -a completion -d 'Print the completion script for bash, zsh or fish.'
complete -c krea -n '__krea_at krea' -a sandbox -d 'Run a command against an embedded Krea, free of charge.'
complete -c krea -n '__krea_at krea' -a auth -d 'Store a token, show the one in use, or forget it.'
complete -c krea -n '__krea_at krea' -a preset -d 'Keep a model and values of its fields under a name.'
complete -c krea -n '__krea_at krea' -a config -d 'Read and change the settings.'
complete -c krea -n '__krea_at krea' -l version -s V -d 'Print the version and exit'
complete -c krea -n '__krea_at krea' -l help -s h -d 'Show this help and exit'

# krea generate
complete -c krea -n '__krea_at krea generate' -l model -s m -x -k -a '(__krea_models)' -d 'The model: an id, its last part, or an alias'
complete -c krea -n '__krea_at krea generate' -l preset -x -k -a '(__krea_find presets)' -d 'A model and values of fields'
complete -c krea -n '__krea_at krea generate' -l output -s o -x -k -a '(__krea_output)' -d 'A file, a folder, a template such as {slug}-{seed}.{ext}, or - for stdout'
complete -c krea -n '__krea_at krea generate' -l input -s i -x -k -a '(__krea_inputs)' -d 'Any field of the model, such as steps=30'
complete -c krea -n '__krea_at krea generate' -l count -s n -x -d 'Number of jobs, each with a seed of its own'
complete -c krea -n '__krea_at krea generate' -l vary -x -a 'all\\t""' -d 'Make N variants of each prompt with {a|b} or __name__, or every combination'
complete -c krea -n '__krea_at krea generate' -l vary-seed -x -d 'Draw other variants'
complete -c krea -n '__krea_at krea generate' -l image -r -F -d 'A picture to start from: file or address'
complete -c krea -n '__krea_at krea generate' -l video -r -F -d 'A clip to start from: file or address'
complete -c krea -n '__krea_at krea generate' -l audio -r -F -d 'A sound to start from: file or address'
complete -c krea -n '__krea_at krea generate' -l style -x -d 'A style of Krea by its id, with strength S'
complete -c krea -n '__krea_at krea generate' -l seed -x -k -a '(__krea_find choices \'seed\')' -d 'The first seed'
complete -c krea -n '__krea_at krea generate' -l width -x -k -a '(__krea_find choices \'width\')' -d 'Width of the picture or clip'
complete -c krea -n '__krea_at krea generate' -l height -x -k -a '(__krea_find choices \'height\')' -d 'Height of the picture or clip'
complete -c krea -n '__krea_at krea generate' -l aspect-ratio -x -k -a '(__krea_find choices \'aspect_ratio\')' -d 'Width to height, such as 16:9'
complete -c krea -n '__krea_at krea generate' -l resolution -x -k -a '(__krea_find choices \'resolution\')' -d 'Size of the picture or clip, such as 2K or 720p'
complete -c krea -n '__krea_at krea generate' -l duration -x -k -a '(__krea_find choices \'duration\')' -d 'Length of the clip or sound'
complete -c krea -n '__krea_at krea generate' -l prompt-file -r -F -d 'Read the prompt from FILE'
complete -c krea -n '__krea_at krea generate' -l edit -d 'Write the prompt in an editor: $VISUAL, $EDITOR, or vi'
complete -c krea -n '__krea_at krea generate' -l no-wait -d 'Print the job\'s id and leave'
complete -c krea -n '__krea_at krea generate' -l timeout -x -d 'How long to wait: 90, 90s, 15m'
complete -c krea -n '__krea_at krea generate' -l max-cost -x -d 'Stop before a request that could take the total above this'
complete -c krea -n '__krea_at krea generate' -l assume-price -x -d 'The price to assume where the price is unknown'
complete -c krea -n '__krea_at krea generate' -l webhook -x -d 'An address that Krea calls when the job has ended'
complete -c krea -n '__krea_at krea generate' -l tag -x -k -a '(__krea_find tags)' -d 'Tag the request, to search for it and add up its cost'
complete -c krea -n '__krea_at krea generate' -l dry-run -d 'Print the request and its price'
complete -c krea -n '__krea_at krea generate' -l force -d 'Overwrite existing files'
complete -c krea -n '__krea_at krea generate' -l again -d 'Pay for a new job, even if an earlier one is unfinished'
complete -c krea -n '__krea_at krea generate' -l yes -d 'Ask no question'
complete -c krea -n '__krea_at krea generate' -l no-check -d 'Send the fields as they are, unchecked'
complete -c krea -n '__krea_at krea generate' -l like -x -k -a '(__krea_requests requests)' -d 'Start from the recipe of FILE or job ID, seed included'
complete -c krea -n '__krea_at krea generate' -l reuse -d 'Copy the same request\'s result, if it is on disk'
complete -c krea -n '__krea_at krea generate' -l any-seed -d 'With --reuse: also take a result of another seed'
complete -c krea -n '__krea_at krea generate' -l sidecar -d 'Write model, fields and seed beside each file, as FILE.json'
complete -c krea -n '__krea_at krea generate' -l embed -d 'Write model, fields and seed into the metadata of each picture'
complete -c krea -n '__krea_at krea generate' -l convert -d 'Convert a picture to the format that its name says'
complete -c krea -n '__krea_at krea generate' -l no-original -d 'With --convert: leave no NAME.original.EXT beside it'
complete -c krea -n '__krea_at krea generate' -l on-end -x -k -a '(__fish_complete_command)' -d 'Run COMMAND at the end, without a shell'
complete -c krea -n '__krea_at krea generate' -l profile -x -k -a '(__krea_find profiles)' -d 'Use the stored login NAME'
complete -c krea -n '__krea_at krea generate' -l token-file -r -F -d 'Read the token from FILE'
complete -c krea -n '__krea_at krea generate' -l no-ledger -d 'Keep no record of what is paid for, at your own risk'
complete -c krea -n '__krea_at krea generate' -l json -d 'JSON lines instead of text, for input and output'
complete -c krea -n '__krea_at krea generate' -l quiet -s q -d 'No progress, no remarks'
complete -c krea -n '__krea_at krea generate' -l verbose -s v -d 'Each request and its time on stderr'
complete -c krea -n '__krea_at krea generate' -l color -x -a 'auto\\t"" always\\t"" never\\t""' -d 'Colours: never, or always, which draws tables in a pipe as well'
complete -c krea -n '__krea_at krea generate' -l help -s h -d 'Show this help and exit'

# krea again
complete -c krea -n '__krea_at krea again' -l edit -d 'Write the prompt in an editor: $VISUAL, $EDITOR, or vi'
complete -c krea -n '__krea_at krea again' -l output -s o -x -k -a '(__krea_output)' -d 'A file, a folder, a template such as {slug}-{seed}.{ext}, or - for stdout'
complete -c krea -n '__krea_at krea again' -l count -s n -x -d 'Number of jobs, each with a seed of its own'
complete -c krea -n '__krea_at krea again' -l model -s m -x -k -a '(__krea_models)' -d 'The model: an id, its last part, or an alias'
complete -c krea -n '__krea_at krea again' -l input -s i -x -k -a '(__krea_inputs)' -d 'Any field of the model, such as steps=30'
complete -c krea -n '__krea_at krea again' -l vary -x -d 'Make N variants of each prompt with {a|b} or __name__, or every combination'
complete -c krea -n '__krea_at krea again' -l vary-seed -x -d 'Draw other variants'
complete -c krea -n '__krea_at krea again' -l image -r -F -d 'A picture to start from: file or address'
complete -c krea -n '__krea_at krea again' -l video -r -F -d 'A clip to start from: file or address'
complete -c krea -n '__krea_at krea again' -l audio -r -F -d 'A sound to start from: file or address'
complete -c krea -n '__krea_at krea again' -l style -x -d 'A style of Krea by its id, with strength S'
complete -c krea -n '__krea_at krea again' -l seed -x -k -a '(__krea_find choices \'seed\')' -d 'The first seed'
complete -c krea -n '__krea_at krea again' -l width -x -k -a '(__krea_find choices \'width\')' -d 'Width of the picture or clip'
complete -c krea -n '__krea_at krea again' -l height -x -k -a '(__krea_find choices \'height\')' -d 'Height of the picture or clip'
complete -c krea -n '__krea_at krea again' -l aspect-ratio -x -k -a '(__krea_find choices \'aspect_ratio\')' -d 'Width to height, such as 16:9'
complete -c krea -n '__krea_at krea again' -l resolution -x -k -a '(__krea_find choices \'resolution\')' -d 'Size of the picture or clip, such as 2K or 720p'
complete -c krea -n '__krea_at krea again' -l duration -x -k -a '(__krea_find choices \'duration\')' -d 'Length of the clip or sound'
complete -c krea -n '__krea_at krea again' -l prompt-file -r -F -d 'Read the prompt from FILE'
complete -c krea -n '__krea_at krea again' -l no-wait -d 'Print the job\'s id and leave'
complete -c krea -n '__krea_at krea again' -l timeout -x -d 'How long to wait: 90, 90s, 15m'
complete -c krea -n '__krea_at krea again' -l max-cost -x -d 'Stop before a request that could take the total above this'
complete -c krea -n '__krea_at krea again' -l assume-price -x -d 'The price to assume where the price is unknown'
complete -c krea -n '__krea_at krea again' -l yes -d 'Ask no question'
complete -c krea -n '__krea_at krea again' -l webhook -x -d 'An address that Krea calls when the job has ended'
complete -c krea -n '__krea_at krea again' -l tag -x -k -a '(__krea_find tags)' -d 'Tag the request, to search for it and add up its cost'
complete -c krea -n '__krea_at krea again' -l dry-run -d 'Print the request and its price'
complete -c krea -n '__krea_at krea again' -l force -d 'Overwrite existing files'
complete -c krea -n '__krea_at krea again' -l no-check -d 'Send the fields as they are, unchecked'
complete -c krea -n '__krea_at krea again' -l sidecar -d 'Write model, fields and seed beside each file, as FILE.json'
complete -c krea -n '__krea_at krea again' -l embed -d 'Write model, fields and seed into the metadata of each picture'
complete -c krea -n '__krea_at krea again' -l convert -d 'Convert a picture to the format that its name says'
complete -c krea -n '__krea_at krea again' -l no-original -d 'With --convert: leave no NAME.original.EXT beside it'
complete -c krea -n '__krea_at krea again' -l profile -x -k -a '(__krea_find profiles)' -d 'Use the stored login NAME'
complete -c krea -n '__krea_at krea again' -l token-file -r -F -d 'Read the token from FILE'
complete -c krea -n '__krea_at krea again' -l no-ledger -d 'Keep no record of what is paid for, at your own risk'
complete -c krea -n '__krea_at krea again' -l json -d 'JSON lines instead of text, for input and output'
complete -c krea -n '__krea_at krea again' -l quiet -s q -d 'No progress, no remarks'
complete -c krea -n '__krea_at krea again' -l verbose -s v -d 'Each request and its time on stderr'
complete -c krea -n '__krea_at krea again' -l color -x -a 'auto\\t"" always\\t"" never\\t""' -d 'Colours: never, or always, which draws tables in a pipe as well'
complete -c krea -n '__krea_at krea again' -l help -s h -d 'Show this help and exit'
complete -c krea -n '__krea_at krea again' -k -a '(__krea_requests requests)'

# krea status
complete -c krea -n '__krea_at krea status' -l json -d 'JSON lines instead of text, for input and output'
complete -c krea -n '__krea_at krea status' -l quiet -s q -d 'No progress, no remarks'
complete -c krea -n '__krea_at krea status' -l verbose -s v -d 'Each request and its time on stderr'
complete -c krea -n '__krea_at krea status' -l profile -x -k -a '(__krea_find profiles)' -d 'Use the stored login NAME'
complete -c krea -n '__krea_at krea status' -l token-file -r -F -d 'Read the token from FILE'
complete -c krea -n '__krea_at krea status' -l color -x -a 'auto\\t"" always\\t"" never\\t""' -d 'Colours: never, or always, which draws tables in a pipe as well'
complete -c krea -n '__krea_at krea status' -l help -s h -d 'Show this help and exit'
complete -c krea -n '__krea_at krea status' -k -a '(__krea_requests requests)'

# krea jobs
complete -c krea -n '__krea_at krea jobs' -l status -x -a 'running\\t"" backlogged\\t"" queued\\t"" scheduled\\t"" processing\\t"" sampling\\t"" intermediate-complete\\t"" completed\\t"" failed\\t"" cancelled\\t""' -d 'Only jobs that run, or have this status'
complete -c krea -n '__krea_at krea jobs' -l type -x -d 'Only jobs of this type of the service, such as flux'
complete -c krea -n '__krea_at krea jobs' -l since -x -a 'today\\t"" yesterday\\t"" monday\\t"" 1h\\t"" 12h\\t"" 7d\\t"" 30d\\t""' -d 'Only those since: 7d, 12h, yesterday, monday, 2026-11-01'
complete -c krea -n '__krea_at krea jobs' -l limit -x -d 'The newest COUNT jobs'
complete -c krea -n '__krea_at krea jobs' -l all -d 'All jobs, however many pages they fill'
complete -c krea -n '__krea_at krea jobs' -l profile -x -k -a '(__krea_find profiles)' -d 'Use the stored login NAME'
complete -c krea -n '__krea_at krea jobs' -l token-file -r -F -d 'Read the token from FILE'
complete -c krea -n '__krea_at krea jobs' -l json -d 'JSON lines instead of text, for input and output'
complete -c krea -n '__krea_at krea jobs' -l quiet -s q -d 'No progress, no remarks'
complete -c krea -n '__krea_at krea jobs' -l verbose -s v -d 'Each request and its time on stderr'
complete -c krea -n '__krea_at krea jobs' -l color -x -a 'auto\\t"" always\\t"" never\\t""' -d 'Colours: never, or always, which draws tables in a pipe as well'
complete -c krea -n '__krea_at krea jobs' -l help -s h -d 'Show this help and exit'

# krea wait
complete -c krea -n '__krea_at krea wait' -l timeout -x -d 'How long to wait: 90, 90s, 15m'
complete -c krea -n '__krea_at krea wait' -l json -d 'JSON lines instead of text, for input and output'
complete -c krea -n '__krea_at krea wait' -l quiet -s q -d 'No progress, no remarks'
complete -c krea -n '__krea_at krea wait' -l verbose -s v -d 'Each request and its time on stderr'
complete -c krea -n '__krea_at krea wait' -l on-end -x -k -a '(__fish_complete_command)' -d 'Run COMMAND at the end, without a shell'
complete -c krea -n '__krea_at krea wait' -l profile -x -k -a '(__krea_find profiles)' -d 'Use the stored login NAME'
complete -c krea -n '__krea_at krea wait' -l token-file -r -F -d 'Read the token from FILE'
complete -c krea -n '__krea_at krea wait' -l color -x -a 'auto\\t"" always\\t"" never\\t""' -d 'Colours: never, or always, which draws tables in a pipe as well'
complete -c krea -n '__krea_at krea wait' -l help -s h -d 'Show this help and exit'
complete -c krea -n '__krea_at krea wait' -k -a '(__krea_requests running)'

# krea download
complete -c krea -n '__krea_at krea download' -l output -s o -x -k -a '(__krea_output)' -d 'A file, a folder, a template such as {slug}-{seed}.{ext}, or - for stdout'
complete -c krea -n '__krea_at krea download' -l force -d 'Overwrite existing files'
complete -c krea -n '__krea_at krea download' -l timeout -x -d 'How long to wait: 90, 90s, 15m'
complete -c krea -n '__krea_at krea download' -l json -d 'JSON lines instead of text, for input and output'
complete -c krea -n '__krea_at krea download' -l quiet -s q -d 'No progress, no remarks'
complete -c krea -n '__krea_at krea download' -l verbose -s v -d 'Each request and its time on stderr'
complete -c krea -n '__krea_at krea download' -l on-end -x -k -a '(__fish_complete_command)' -d 'Run COMMAND at the end, without a shell'
complete -c krea -n '__krea_at krea download' -l profile -x -k -a '(__krea_find profiles)' -d 'Use the stored login NAME'
complete -c krea -n '__krea_at krea download' -l token-file -r -F -d 'Read the token from FILE'
complete -c krea -n '__krea_at krea download' -l no-ledger -d 'Keep no record of what is paid for, at your own risk'
complete -c krea -n '__krea_at krea download' -l missing -d 'Every finished job whose results were never saved'
complete -c krea -n '__krea_at krea download' -l sidecar -d 'Write model, fields and seed beside each file, as FILE.json'
complete -c krea -n '__krea_at krea download' -l embed -d 'Write model, fields and seed into the metadata of each picture'
complete -c krea -n '__krea_at krea download' -l convert -d 'Convert a picture to the format that its name says'
complete -c krea -n '__krea_at krea download' -l no-original -d 'With --convert: leave no NAME.original.EXT beside it'
complete -c krea -n '__krea_at krea download' -l color -x -a 'auto\\t"" always\\t"" never\\t""' -d 'Colours: never, or always, which draws tables in a pipe as well'
complete -c krea -n '__krea_at krea download' -l help -s h -d 'Show this help and exit'
complete -c krea -n '__krea_at krea download' -k -a '(__krea_requests requests)'

# krea batch
complete -c krea -n '__krea_at krea batch' -l format -x -a 'txt\\t"" csv\\t"" tsv\\t"" jsonl\\t""' -d 'txt, csv, tsv or jsonl'
complete -c krea -n '__krea_at krea batch' -l model -s m -x -k -a '(__krea_models)' -d 'The model: an id, its last part, or an alias'
complete -c krea -n '__krea_at krea batch' -l preset -x -k -a '(__krea_find presets)' -d 'A model and values of fields'
complete -c krea -n '__krea_at krea batch' -l output -s o -x -k -a '(__krea_output)' -d 'A folder, or a template of fields and more: {slug}-{key}.{ext} is the default'
complete -c krea -n '__krea_at krea batch' -l input -s i -x -k -a '(__krea_inputs)' -d 'Any field of the model, such as steps=30'
complete -c krea -n '__krea_at krea batch' -l sweep -x -k -a '(__krea_inputs)' -d 'Make each line once per value, such as seed=1..4'
complete -c krea -n '__krea_at krea batch' -l count -s n -x -d 'Number of jobs, each with a seed of its own'
complete -c krea -n '__krea_at krea batch' -l vary -x -a 'all\\t""' -d 'Make N variants of each prompt with {a|b} or __name__, or every combination'
complete -c krea -n '__krea_at krea batch' -l vary-seed -x -d 'Draw other variants'
complete -c krea -n '__krea_at krea batch' -l image -r -F -d 'A picture to start from: file or address'
complete -c krea -n '__krea_at krea batch' -l video -r -F -d 'A clip to start from: file or address'
complete -c krea -n '__krea_at krea batch' -l audio -r -F -d 'A sound to start from: file or address'
complete -c krea -n '__krea_at krea batch' -l style -x -d 'A style of Krea by its id, with strength S'
complete -c krea -n '__krea_at krea batch' -l seed -x -k -a '(__krea_find choices \'seed\')' -d 'The first seed'
complete -c krea -n '__krea_at krea batch' -l width -x -k -a '(__krea_find choices \'width\')' -d 'Width of the picture or clip'
complete -c krea -n '__krea_at krea batch' -l height -x -k -a '(__krea_find choices \'height\')' -d 'Height of the picture or clip'
complete -c krea -n '__krea_at krea batch' -l aspect-ratio -x -k -a '(__krea_find choices \'aspect_ratio\')' -d 'Width to height, such as 16:9'
complete -c krea -n '__krea_at krea batch' -l resolution -x -k -a '(__krea_find choices \'resolution\')' -d 'Size of the picture or clip, such as 2K or 720p'
complete -c krea -n '__krea_at krea batch' -l duration -x -k -a '(__krea_find choices \'duration\')' -d 'Length of the clip or sound'
complete -c krea -n '__krea_at krea batch' -l jobs -s j -x -d 'How many at the same time'
complete -c krea -n '__krea_at krea batch' -l fail-fast -d 'Submit no more after the first failure'
complete -c krea -n '__krea_at krea batch' -l max-failures -x -d 'Submit no more after N failures, or P% of the jobs to be submitted in this run'
complete -c krea -n '__krea_at krea batch' -l retries -x -d 'Submit up to N more jobs for an item whose job failed'
complete -c krea -n '__krea_at krea batch' -l retry-failed -d 'Submit again what failed before'
complete -c krea -n '__krea_at krea batch' -l deadline -x -d 'Submit nothing that would usually end after 06:00, local time, or in 90m'
complete -c krea -n '__krea_at krea batch' -l max-cost -x -d 'Stop before a request that could take the total above this'
complete -c krea -n '__krea_at krea batch' -l assume-price -x -d 'The price to assume where the price is unknown'
complete -c krea -n '__krea_at krea batch' -l yes -d 'Ask no question'
complete -c krea -n '__krea_at krea batch' -l dry-run -d 'Print what would be sent, and the price'
complete -c krea -n '__krea_at krea batch' -l check -d 'Check the list and the content of its files'
complete -c krea -n '__krea_at krea batch' -l prune -d 'List the files of earlier lines that no line asks for now'
complete -c krea -n '__krea_at krea batch' -l to -r -F -d 'With --prune: move these files there, never over others'
complete -c krea -n '__krea_at krea batch' -l status -d 'Print how far the run of FILE has come'
complete -c krea -n '__krea_at krea batch' -l lines -x -d 'Only these lines of FILE, such as 3,9-12'
complete -c krea -n '__krea_at krea batch' -l first -x -d 'Only the first N lines, of those chosen'
complete -c krea -n '__krea_at krea batch' -l filter -x -d 'Only what has all these words'
complete -c krea -n '__krea_at krea batch' -l only-failed -d 'Only what failed before'
complete -c krea -n '__krea_at krea batch' -l shard -x -d 'Only the I-th of N shares'
complete -c krea -n '__krea_at krea batch' -l report -r -F -d 'Write what was made to FILE, as JSON'
complete -c krea -n '__krea_at krea batch' -l timeout -x -d 'How long to wait: 90, 90s, 15m'
complete -c krea -n '__krea_at krea batch' -l webhook -x -d 'An address that Krea calls when the job has ended'
complete -c krea -n '__krea_at krea batch' -l tag -x -k -a '(__krea_find tags)' -d 'Tag the request, to search for it and add up its cost'
complete -c krea -n '__krea_at krea batch' -l allow-outside -d 'Let names in FILE lead outside the folder of -o'
complete -c krea -n '__krea_at krea batch' -l force -d 'Overwrite existing files'
complete -c krea -n '__krea_at krea batch' -l no-check -d 'Send the fields as they are, unchecked'
complete -c krea -n '__krea_at krea batch' -l sidecar -d 'Write model, fields and seed beside each file, as FILE.json'
complete -c krea -n '__krea_at krea batch' -l embed -d 'Write model, fields and seed into the metadata of each picture'
complete -c krea -n '__krea_at krea batch' -l convert -d 'Convert a picture to the format that its name says'
complete -c krea -n '__krea_at krea batch' -l no-original -d 'With --convert: leave no NAME.original.EXT beside it'
complete -c krea -n '__krea_at krea batch' -l on-end -x -k -a '(__fish_complete_command)' -d 'Run COMMAND at the end, without a shell'
complete -c krea -n '__krea_at krea batch' -l profile -x -k -a '(__krea_find profiles)' -d 'Use the stored login NAME'
complete -c krea -n '__krea_at krea batch' -l token-file -r -F -d 'Read the token from FILE'
complete -c krea -n '__krea_at krea batch' -l json -d 'JSON lines instead of text, for input and output'
complete -c krea -n '__krea_at krea batch' -l quiet -s q -d 'No progress, no remarks'
complete -c krea -n '__krea_at krea batch' -l verbose -s v -d 'Each request and its time on stderr'
complete -c krea -n '__krea_at krea batch' -l color -x -a 'auto\\t"" always\\t"" never\\t""' -d 'Colours: never, or always, which draws tables in a pipe as well'
complete -c krea -n '__krea_at krea batch' -l help -s h -d 'Show this help and exit'
complete -c krea -n '__krea_at krea batch' -F

# krea cancel
complete -c krea -n '__krea_at krea cancel' -l batch -r -F -d 'Cancel what runs of this list, and end its krea batch'
complete -c krea -n '__krea_at krea cancel' -l profile -x -k -a '(__krea_find profiles)' -d 'Use the stored login NAME'
complete -c krea -n '__krea_at krea cancel' -l token-file -r -F -d 'Read the token from FILE'
complete -c krea -n '__krea_at krea cancel' -l json -d 'JSON lines instead of text, for input and output'
complete -c krea -n '__krea_at krea cancel' -l quiet -s q -d 'No progress, no remarks'
complete -c krea -n '__krea_at krea cancel' -l verbose -s v -d 'Each request and its time on stderr'
complete -c krea -n '__krea_at krea cancel' -l color -x -a 'auto\\t"" always\\t"" never\\t""' -d 'Colours: never, or always, which draws tables in a pipe as well'
complete -c krea -n '__krea_at krea cancel' -l help -s h -d 'Show this help and exit'
complete -c krea -n '__krea_at krea cancel' -k -a '(__krea_requests running)'

# krea history
complete -c krea -n '__krea_at krea history' -l model -s m -x -k -a '(__krea_models)' -d 'Only requests to models with NAME in the id'
complete -c krea -n '__krea_at krea history' -l status -x -a 'saved\\t"" completed\\t"" failed\\t"" cancelled\\t"" refused\\t"" empty\\t"" checked\\t"" sending\\t"" submitted\\t"" unknown\\t"" unfound\\t"" forgotten\\t"" backlogged\\t"" queued\\t"" scheduled\\t"" processing\\t"" sampling\\t"" intermediate-complete\\t"" replaced\\t"" changed\\t"" deleted\\t""' -d 'Only this status, such as saved, failed, unknown or processing'
complete -c krea -n '__krea_at krea history' -l since -x -a 'today\\t"" yesterday\\t"" monday\\t"" 1h\\t"" 12h\\t"" 7d\\t"" 30d\\t""' -d 'Only those since: 7d, 12h, yesterday, monday, 2026-11-01'
complete -c krea -n '__krea_at krea history' -l unfinished -d 'Only requests that run, are not saved, or are in doubt'
complete -c krea -n '__krea_at krea history' -l limit -x -d 'At most COUNT requests, the newest'
complete -c krea -n '__krea_at krea history' -l erase -d 'Erase text and recipes of the requests that match'
complete -c krea -n '__krea_at krea history' -l yes -d 'Ask no question'
complete -c krea -n '__krea_at krea history' -l profile -x -k -a '(__krea_find profiles)' -d 'Use the stored login NAME'
complete -c krea -n '__krea_at krea history' -l token-file -r -F -d 'Read the token from FILE'
complete -c krea -n '__krea_at krea history' -l json -d 'JSON lines instead of text, for input and output'
complete -c krea -n '__krea_at krea history' -l quiet -s q -d 'No progress, no remarks'
complete -c krea -n '__krea_at krea history' -l verbose -s v -d 'Each request and its time on stderr'
complete -c krea -n '__krea_at krea history' -l color -x -a 'auto\\t"" always\\t"" never\\t""' -d 'Colours: never, or always, which draws tables in a pipe as well'
complete -c krea -n '__krea_at krea history' -l help -s h -d 'Show this help and exit'
complete -c krea -n '__krea_at krea history' -k -a '(__krea_requests requests)'

# krea spend
complete -c krea -n '__krea_at krea spend' -l since -x -a 'today\\t"" yesterday\\t"" monday\\t"" 1h\\t"" 12h\\t"" 7d\\t"" 30d\\t""' -d 'From this time on: 30d, 12h, yesterday, monday, or 2026-11-01'
complete -c krea -n '__krea_at krea spend' -l by -x -a 'day\\t"" model\\t"" batch\\t"" profile\\t"" tag\\t""' -d 'A line for each day, model, batch, profile or tag, then the sum'
complete -c krea -n '__krea_at krea spend' -l csv -d 'A table with headings, for spreadsheets'
complete -c krea -n '__krea_at krea spend' -l profile -x -k -a '(__krea_find profiles)' -d 'Use the stored login NAME'
complete -c krea -n '__krea_at krea spend' -l json -d 'JSON lines instead of text, for input and output'
complete -c krea -n '__krea_at krea spend' -l quiet -s q -d 'No progress, no remarks'
complete -c krea -n '__krea_at krea spend' -l verbose -s v -d 'Each request and its time on stderr'
complete -c krea -n '__krea_at krea spend' -l color -x -a 'auto\\t"" always\\t"" never\\t""' -d 'Colours: never, or always, which draws tables in a pipe as well'
complete -c krea -n '__krea_at krea spend' -l help -s h -d 'Show this help and exit'

# krea recover
complete -c krea -n '__krea_at krea recover' -l adopt -x -k -a '(__krea_find doubts)' -d 'Take JOB as the job of request ROW'
complete -c krea -n '__krea_at krea recover' -l resubmit -x -k -a '(__krea_find doubts)' -d 'Send request ROW again, and pay again'
complete -c krea -n '__krea_at krea recover' -l forget -x -k -a '(__krea_find doubts)' -d 'Stop looking for the job of request ROW'
complete -c krea -n '__krea_at krea recover' -l older -x -d 'With `all`: the requests sent longer ago than TIME, such as 15m'
complete -c krea -n '__krea_at krea recover' -l assume-price -x -d 'The price to assume where the price is unknown'
complete -c krea -n '__krea_at krea recover' -l yes -d 'Ask no question'
complete -c krea -n '__krea_at krea recover' -l profile -x -k -a '(__krea_find profiles)' -d 'Use the stored login NAME'
complete -c krea -n '__krea_at krea recover' -l token-file -r -F -d 'Read the token from FILE'
complete -c krea -n '__krea_at krea recover' -l json -d 'JSON lines instead of text, for input and output'
complete -c krea -n '__krea_at krea recover' -l quiet -s q -d 'No progress, no remarks'
complete -c krea -n '__krea_at krea recover' -l verbose -s v -d 'Each request and its time on stderr'
complete -c krea -n '__krea_at krea recover' -l color -x -a 'auto\\t"" always\\t"" never\\t""' -d 'Colours: never, or always, which draws tables in a pipe as well'
complete -c krea -n '__krea_at krea recover' -l help -s h -d 'Show this help and exit'

# krea verify
complete -c krea -n '__krea_at krea verify' -l repair -d 'Put back what is missing or changed'
complete -c krea -n '__krea_at krea verify' -l force -d 'With --repair: replace changed files'
complete -c krea -n '__krea_at krea verify' -l profile -x -k -a '(__krea_find profiles)' -d 'Use the stored login NAME'
complete -c krea -n '__krea_at krea verify' -l token-file -r -F -d 'Read the token from FILE'
complete -c krea -n '__krea_at krea verify' -l json -d 'JSON lines instead of text, for input and output'
complete -c krea -n '__krea_at krea verify' -l quiet -s q -d 'No progress, no remarks'
complete -c krea -n '__krea_at krea verify' -l verbose -s v -d 'Each request and its time on stderr'
complete -c krea -n '__krea_at krea verify' -l color -x -a 'auto\\t"" always\\t"" never\\t""' -d 'Colours: never, or always, which draws tables in a pipe as well'
complete -c krea -n '__krea_at krea verify' -l help -s h -d 'Show this help and exit'
complete -c krea -n '__krea_at krea verify' -F

# krea models
complete -c krea -n '__krea_at krea models' -l kind -x -a 'image\\t"" enhance\\t"" video\\t"" 3d\\t"" audio\\t""' -d 'Only image, video, audio, 3d or enhance'
complete -c krea -n '__krea_at krea models' -l takes -x -a 'text\\t"" image\\t"" video\\t"" audio\\t""' -d 'Only those that take text, image, video, audio'
complete -c krea -n '__krea_at krea models' -l with -x -k -a '(__krea_find fields \'*\')' -d 'Only those with this field'
complete -c krea -n '__krea_at krea models' -l max-price -x -d 'Only those whose cheapest job costs no more'
complete -c krea -n '__krea_at krea models' -l sort -x -a 'price\\t"" time\\t"" name\\t""' -d 'By price, time or name'
complete -c krea -n '__krea_at krea models' -l refresh -d 'Ask the service, and print what changed'
complete -c krea -n '__krea_at krea models' -l json -d 'JSON lines instead of text, for input and output'
complete -c krea -n '__krea_at krea models' -l quiet -s q -d 'No progress, no remarks'
complete -c krea -n '__krea_at krea models' -l verbose -s v -d 'Each request and its time on stderr'
complete -c krea -n '__krea_at krea models' -l color -x -a 'auto\\t"" always\\t"" never\\t""' -d 'Colours: never, or always, which draws tables in a pipe as well'
complete -c krea -n '__krea_at krea models' -l help -s h -d 'Show this help and exit'
complete -c krea -n '__krea_at krea models' -k -a '(__krea_models)'

# krea doctor
complete -c krea -n '__krea_at krea doctor' -l repair -d 'Set a damaged ledger aside, so that a new one is made'
complete -c krea -n '__krea_at krea doctor' -l profile -x -k -a '(__krea_find profiles)' -d 'Use the stored login NAME'
complete -c krea -n '__krea_at krea doctor' -l token-file -r -F -d 'Read the token from FILE'
complete -c krea -n '__krea_at krea doctor' -l json -d 'JSON lines instead of text, for input and output'
complete -c krea -n '__krea_at krea doctor' -l quiet -s q -d 'No progress, no remarks'
complete -c krea -n '__krea_at krea doctor' -l verbose -s v -d 'Each request and its time on stderr'
complete -c krea -n '__krea_at krea doctor' -l color -x -a 'auto\\t"" always\\t"" never\\t""' -d 'Colours: never, or always, which draws tables in a pipe as well'
complete -c krea -n '__krea_at krea doctor' -l help -s h -d 'Show this help and exit'

# krea completion
complete -c krea -n '__krea_at krea completion' -l color -x -a 'auto\\t"" always\\t"" never\\t""' -d 'Colours: never, or always, which draws tables in a pipe as well'
complete -c krea -n '__krea_at krea completion' -l help -s h -d 'Show this help and exit'
complete -c krea -n '__krea_at krea completion; and not __fish_seen_subcommand_from bash zsh fish' -a 'bash zsh fish'

# krea sandbox
complete -c krea -n '__krea_at krea sandbox' -l speed -x -d 'Jobs run N times faster than in reality'
complete -c krea -n '__krea_at krea sandbox' -l seconds -x -d 'Seconds of a job, instead of the model\'s usual time'
complete -c krea -n '__krea_at krea sandbox' -l seed -x -d 'Make ids, times and faults repeatable'
complete -c krea -n '__krea_at krea sandbox' -l concurrency -x -d 'Jobs that run at once'
complete -c krea -n '__krea_at krea sandbox' -l backlog -x -d 'Jobs that may wait'
complete -c krea -n '__krea_at krea sandbox' -l openapi -r -F -d 'Serve the models of this document'
complete -c krea -n '__krea_at krea sandbox' -l fault -x -a 'reset-before\\t"" reset-after\\t"" late\\t"" 401\\t"" 402\\t"" 402-plan\\t"" 403\\t"" 410\\t"" 422\\t"" 429\\t"" 429-after\\t"" 500\\t"" 503\\t"" 503-after\\t"" 524\\t"" 524-before\\t"" garbage\\t"" empty-body\\t"" slow-submit\\t"" deprecated\\t"" strangers\\t"" fresh-404\\t"" list-lag\\t"" list-empty\\t"" odd-status\\t"" poll-500\\t"" poll-reset\\t"" cut\\t"" slow\\t"" download-403\\t"" download-404\\t"" download-500\\t"" no-length\\t""' -d 'Inject a fault'
complete -c krea -n '__krea_at krea sandbox' -l port -x -d 'The port of the API'
complete -c krea -n '__krea_at krea sandbox' -l color -x -a 'auto\\t"" always\\t"" never\\t""' -d 'Colours: never, or always, which draws tables in a pipe as well'
complete -c krea -n '__krea_at krea sandbox' -l help -s h -d 'Show this help and exit'
complete -c krea -n '__krea_at krea sandbox' -k -a '(__fish_complete_command)'
complete -c krea -n '__krea_behind krea sandbox' -a '(__krea_rest)'

# krea auth
complete -c krea -n '__krea_at krea auth' -a login -d 'Check a token and store it.'
complete -c krea -n '__krea_at krea auth' -a status -d 'Show the token in use, and check it.'
complete -c krea -n '__krea_at krea auth' -a same-account -d 'Say that an earlier API key is of the same account.'
complete -c krea -n '__krea_at krea auth' -a other-account -d 'Say that an earlier API key is of another account.'
complete -c krea -n '__krea_at krea auth' -a logout -d 'Forget a stored token.'
complete -c krea -n '__krea_at krea auth' -l help -s h -d 'Show this help and exit'

# krea auth login
complete -c krea -n '__krea_at krea auth login' -l with-token -d 'Read the token from stdin instead of asking for it'
complete -c krea -n '__krea_at krea auth login' -l profile -x -k -a '(__krea_find profiles)' -d 'Use the stored login NAME'
complete -c krea -n '__krea_at krea auth login' -l json -d 'JSON lines instead of text, for input and output'
complete -c krea -n '__krea_at krea auth login' -l quiet -s q -d 'No progress, no remarks'
complete -c krea -n '__krea_at krea auth login' -l verbose -s v -d 'Each request and its time on stderr'
complete -c krea -n '__krea_at krea auth login' -l color -x -a 'auto\\t"" always\\t"" never\\t""' -d 'Colours: never, or always, which draws tables in a pipe as well'
complete -c krea -n '__krea_at krea auth login' -l help -s h -d 'Show this help and exit'

# krea auth status
complete -c krea -n '__krea_at krea auth status' -l profile -x -k -a '(__krea_find profiles)' -d 'Use the stored login NAME'
complete -c krea -n '__krea_at krea auth status' -l token-file -r -F -d 'Read the token from FILE'
complete -c krea -n '__krea_at krea auth status' -l json -d 'JSON lines instead of text, for input and output'
complete -c krea -n '__krea_at krea auth status' -l quiet -s q -d 'No progress, no remarks'
complete -c krea -n '__krea_at krea auth status' -l verbose -s v -d 'Each request and its time on stderr'
complete -c krea -n '__krea_at krea auth status' -l color -x -a 'auto\\t"" always\\t"" never\\t""' -d 'Colours: never, or always, which draws tables in a pipe as well'
complete -c krea -n '__krea_at krea auth status' -l help -s h -d 'Show this help and exit'

# krea auth same-account
complete -c krea -n '__krea_at krea auth same-account' -l profile -x -k -a '(__krea_find profiles)' -d 'Use the stored login NAME'
complete -c krea -n '__krea_at krea auth same-account' -l token-file -r -F -d 'Read the token from FILE'
complete -c krea -n '__krea_at krea auth same-account' -l json -d 'JSON lines instead of text, for input and output'
complete -c krea -n '__krea_at krea auth same-account' -l quiet -s q -d 'No progress, no remarks'
complete -c krea -n '__krea_at krea auth same-account' -l verbose -s v -d 'Each request and its time on stderr'
complete -c krea -n '__krea_at krea auth same-account' -l color -x -a 'auto\\t"" always\\t"" never\\t""' -d 'Colours: never, or always, which draws tables in a pipe as well'
complete -c krea -n '__krea_at krea auth same-account' -l help -s h -d 'Show this help and exit'

# krea auth other-account
complete -c krea -n '__krea_at krea auth other-account' -l profile -x -k -a '(__krea_find profiles)' -d 'Use the stored login NAME'
complete -c krea -n '__krea_at krea auth other-account' -l token-file -r -F -d 'Read the token from FILE'
complete -c krea -n '__krea_at krea auth other-account' -l json -d 'JSON lines instead of text, for input and output'
complete -c krea -n '__krea_at krea auth other-account' -l quiet -s q -d 'No progress, no remarks'
complete -c krea -n '__krea_at krea auth other-account' -l verbose -s v -d 'Each request and its time on stderr'
complete -c krea -n '__krea_at krea auth other-account' -l color -x -a 'auto\\t"" always\\t"" never\\t""' -d 'Colours: never, or always, which draws tables in a pipe as well'
complete -c krea -n '__krea_at krea auth other-account' -l help -s h -d 'Show this help and exit'

# krea auth logout
complete -c krea -n '__krea_at krea auth logout' -l profile -x -k -a '(__krea_find profiles)' -d 'Use the stored login NAME'
complete -c krea -n '__krea_at krea auth logout' -l json -d 'JSON lines instead of text, for input and output'
complete -c krea -n '__krea_at krea auth logout' -l quiet -s q -d 'No progress, no remarks'
complete -c krea -n '__krea_at krea auth logout' -l verbose -s v -d 'Each request and its time on stderr'
complete -c krea -n '__krea_at krea auth logout' -l color -x -a 'auto\\t"" always\\t"" never\\t""' -d 'Colours: never, or always, which draws tables in a pipe as well'
complete -c krea -n '__krea_at krea auth logout' -l help -s h -d 'Show this help and exit'

# krea preset
complete -c krea -n '__krea_at krea preset' -a save -d 'Save the model and the values of an earlier request.'
complete -c krea -n '__krea_at krea preset' -a list -d 'List every preset with its model, its values and its file.'
complete -c krea -n '__krea_at krea preset' -a show -d 'Print one preset, a value a line, as krea.toml has it.'
complete -c krea -n '__krea_at krea preset' -a delete -d 'Delete one preset.'
complete -c krea -n '__krea_at krea preset' -l help -s h -d 'Show this help and exit'

# krea preset save
complete -c krea -n '__krea_at krea preset save' -l like -x -k -a '(__krea_requests requests)' -d 'A file or request with the model and the values'
complete -c krea -n '__krea_at krea preset save' -l project -d 'In krea.toml, not in the settings'
complete -c krea -n '__krea_at krea preset save' -l force -d 'Replace the preset of that name'
complete -c krea -n '__krea_at krea preset save' -l profile -x -k -a '(__krea_find profiles)' -d 'Use the stored login NAME'
complete -c krea -n '__krea_at krea preset save' -l token-file -r -F -d 'Read the token from FILE'
complete -c krea -n '__krea_at krea preset save' -l json -d 'JSON lines instead of text, for input and output'
complete -c krea -n '__krea_at krea preset save' -l quiet -s q -d 'No progress, no remarks'
complete -c krea -n '__krea_at krea preset save' -l verbose -s v -d 'Each request and its time on stderr'
complete -c krea -n '__krea_at krea preset save' -l color -x -a 'auto\\t"" always\\t"" never\\t""' -d 'Colours: never, or always, which draws tables in a pipe as well'
complete -c krea -n '__krea_at krea preset save' -l help -s h -d 'Show this help and exit'
complete -c krea -n '__krea_at krea preset save' -k -a '(__krea_find presets)'

# krea preset list
complete -c krea -n '__krea_at krea preset list' -l json -d 'JSON lines instead of text, for input and output'
complete -c krea -n '__krea_at krea preset list' -l quiet -s q -d 'No progress, no remarks'
complete -c krea -n '__krea_at krea preset list' -l verbose -s v -d 'Each request and its time on stderr'
complete -c krea -n '__krea_at krea preset list' -l color -x -a 'auto\\t"" always\\t"" never\\t""' -d 'Colours: never, or always, which draws tables in a pipe as well'
complete -c krea -n '__krea_at krea preset list' -l help -s h -d 'Show this help and exit'

# krea preset show
complete -c krea -n '__krea_at krea preset show' -l json -d 'JSON lines instead of text, for input and output'
complete -c krea -n '__krea_at krea preset show' -l quiet -s q -d 'No progress, no remarks'
complete -c krea -n '__krea_at krea preset show' -l verbose -s v -d 'Each request and its time on stderr'
complete -c krea -n '__krea_at krea preset show' -l color -x -a 'auto\\t"" always\\t"" never\\t""' -d 'Colours: never, or always, which draws tables in a pipe as well'
complete -c krea -n '__krea_at krea preset show' -l help -s h -d 'Show this help and exit'
complete -c krea -n '__krea_at krea preset show' -k -a '(__krea_find presets)'

# krea preset delete
complete -c krea -n '__krea_at krea preset delete' -l project -d 'In krea.toml, not in the settings'
complete -c krea -n '__krea_at krea preset delete' -l json -d 'JSON lines instead of text, for input and output'
complete -c krea -n '__krea_at krea preset delete' -l quiet -s q -d 'No progress, no remarks'
complete -c krea -n '__krea_at krea preset delete' -l verbose -s v -d 'Each request and its time on stderr'
complete -c krea -n '__krea_at krea preset delete' -l color -x -a 'auto\\t"" always\\t"" never\\t""' -d 'Colours: never, or always, which draws tables in a pipe as well'
complete -c krea -n '__krea_at krea preset delete' -l help -s h -d 'Show this help and exit'
complete -c krea -n '__krea_at krea preset delete' -k -a '(__krea_find presets)'

# krea config
complete -c krea -n '__krea_at krea config' -a get -d 'Print one setting; print nothing if it is not set.'
complete -c krea -n '__krea_at krea config' -a set -d 'Change one setting; keep the comments in the file.'
complete -c krea -n '__krea_at krea config' -a unset -d 'Go back to the default of one setting.'
complete -c krea -n '__krea_at krea config' -a list -d 'List every setting in force, with its origin and purpose.'
complete -c krea -n '__krea_at krea config' -a edit -d 'Open the settings in an editor: $VISUAL, $EDITOR, or vi.'
complete -c krea -n '__krea_at krea config' -a path -d 'Print the path of the settings file, even if there is none.'
complete -c krea -n '__krea_at krea config' -l help -s h -d 'Show this help and exit'

# krea config get
complete -c krea -n '__krea_at krea config get' -l json -d 'JSON lines instead of text, for input and output'
complete -c krea -n '__krea_at krea config get' -l quiet -s q -d 'No progress, no remarks'
complete -c krea -n '__krea_at krea config get' -l verbose -s v -d 'Each request and its time on stderr'
complete -c krea -n '__krea_at krea config get' -l color -x -a 'auto\\t"" always\\t"" never\\t""' -d 'Colours: never, or always, which draws tables in a pipe as well'
complete -c krea -n '__krea_at krea config get' -l help -s h -d 'Show this help and exit'
complete -c krea -n '__krea_at krea config get; and not __fish_seen_subcommand_from model.default api.base account.shared budget.day budget.month confirm.above price.assume history.keep ledger.name submit.parallel output.folder output.template vary.folder terminal.notify timeout.image timeout.other' -a model.default -d 'the model when -m is not given'
complete -c krea -n '__krea_at krea config get; and not __fish_seen_subcommand_from model.default api.base account.shared budget.day budget.month confirm.above price.assume history.keep ledger.name submit.parallel output.folder output.template vary.folder terminal.notify timeout.image timeout.other' -a api.base -d 'the API\'s address when KREA_API_BASE is not set'
complete -c krea -n '__krea_at krea config get; and not __fish_seen_subcommand_from model.default api.base account.shared budget.day budget.month confirm.above price.assume history.keep ledger.name submit.parallel output.folder output.template vary.folder terminal.notify timeout.image timeout.other' -a account.shared -d 'true if other machines or programs use the account'
complete -c krea -n '__krea_at krea config get; and not __fish_seen_subcommand_from model.default api.base account.shared budget.day budget.month confirm.above price.assume history.keep ledger.name submit.parallel output.folder output.template vary.folder terminal.notify timeout.image timeout.other' -a budget.day -d 'the most to spend from midnight to midnight'
complete -c krea -n '__krea_at krea config get; and not __fish_seen_subcommand_from model.default api.base account.shared budget.day budget.month confirm.above price.assume history.keep ledger.name submit.parallel output.folder output.template vary.folder terminal.notify timeout.image timeout.other' -a budget.month -d 'the most to spend in a month of the calendar'
complete -c krea -n '__krea_at krea config get; and not __fish_seen_subcommand_from model.default api.base account.shared budget.day budget.month confirm.above price.assume history.keep ledger.name submit.parallel output.folder output.template vary.folder terminal.notify timeout.image timeout.other' -a confirm.above -d 'ask at the terminal before what may cost more than this'
complete -c krea -n '__krea_at krea config get; and not __fish_seen_subcommand_from model.default api.base account.shared budget.day budget.month confirm.above price.assume history.keep ledger.name submit.parallel output.folder output.template vary.folder terminal.notify timeout.image timeout.other' -a price.assume -d 'the price to assume where the price is unknown'
complete -c krea -n '__krea_at krea config get; and not __fish_seen_subcommand_from model.default api.base account.shared budget.day budget.month confirm.above price.assume history.keep ledger.name submit.parallel output.folder output.template vary.folder terminal.notify timeout.image timeout.other' -a history.keep -d 'how long the ledger keeps requests that are over'
complete -c krea -n '__krea_at krea config get; and not __fish_seen_subcommand_from model.default api.base account.shared budget.day budget.month confirm.above price.assume history.keep ledger.name submit.parallel output.folder output.template vary.folder terminal.notify timeout.image timeout.other' -a ledger.name -d 'which ledger on a network disk is this machine\'s, where host names change'
complete -c krea -n '__krea_at krea config get; and not __fish_seen_subcommand_from model.default api.base account.shared budget.day budget.month confirm.above price.assume history.keep ledger.name submit.parallel output.folder output.template vary.folder terminal.notify timeout.image timeout.other' -a submit.parallel -d 'how many requests of the account may be under way at once, 1 to 16'
complete -c krea -n '__krea_at krea config get; and not __fish_seen_subcommand_from model.default api.base account.shared budget.day budget.month confirm.above price.assume history.keep ledger.name submit.parallel output.folder output.template vary.folder terminal.notify timeout.image timeout.other' -a output.folder -d 'the folder for results without -o'
complete -c krea -n '__krea_at krea config get; and not __fish_seen_subcommand_from model.default api.base account.shared budget.day budget.month confirm.above price.assume history.keep ledger.name submit.parallel output.folder output.template vary.folder terminal.notify timeout.image timeout.other' -a output.template -d 'the names of results without -o'
complete -c krea -n '__krea_at krea config get; and not __fish_seen_subcommand_from model.default api.base account.shared budget.day budget.month confirm.above price.assume history.keep ledger.name submit.parallel output.folder output.template vary.folder terminal.notify timeout.image timeout.other' -a vary.folder -d 'the folder of the words for --vary'
complete -c krea -n '__krea_at krea config get; and not __fish_seen_subcommand_from model.default api.base account.shared budget.day budget.month confirm.above price.assume history.keep ledger.name submit.parallel output.folder output.template vary.folder terminal.notify timeout.image timeout.other' -a terminal.notify -d 'at the end of what took longer than 20 s'
complete -c krea -n '__krea_at krea config get; and not __fish_seen_subcommand_from model.default api.base account.shared budget.day budget.month confirm.above price.assume history.keep ledger.name submit.parallel output.folder output.template vary.folder terminal.notify timeout.image timeout.other' -a timeout.image -d 'how long to wait for an image'
complete -c krea -n '__krea_at krea config get; and not __fish_seen_subcommand_from model.default api.base account.shared budget.day budget.month confirm.above price.assume history.keep ledger.name submit.parallel output.folder output.template vary.folder terminal.notify timeout.image timeout.other' -a timeout.other -d 'how long to wait for video, audio, 3D, enhancing'

# krea config set
complete -c krea -n '__krea_at krea config set' -l json -d 'JSON lines instead of text, for input and output'
complete -c krea -n '__krea_at krea config set' -l quiet -s q -d 'No progress, no remarks'
complete -c krea -n '__krea_at krea config set' -l verbose -s v -d 'Each request and its time on stderr'
complete -c krea -n '__krea_at krea config set' -l color -x -a 'auto\\t"" always\\t"" never\\t""' -d 'Colours: never, or always, which draws tables in a pipe as well'
complete -c krea -n '__krea_at krea config set' -l help -s h -d 'Show this help and exit'
complete -c krea -n '__krea_at krea config set; and not __fish_seen_subcommand_from model.default api.base account.shared budget.day budget.month confirm.above price.assume history.keep ledger.name submit.parallel output.folder output.template vary.folder terminal.notify timeout.image timeout.other' -a model.default -d 'the model when -m is not given'
complete -c krea -n '__krea_at krea config set; and not __fish_seen_subcommand_from model.default api.base account.shared budget.day budget.month confirm.above price.assume history.keep ledger.name submit.parallel output.folder output.template vary.folder terminal.notify timeout.image timeout.other' -a api.base -d 'the API\'s address when KREA_API_BASE is not set'
complete -c krea -n '__krea_at krea config set; and not __fish_seen_subcommand_from model.default api.base account.shared budget.day budget.month confirm.above price.assume history.keep ledger.name submit.parallel output.folder output.template vary.folder terminal.notify timeout.image timeout.other' -a account.shared -d 'true if other machines or programs use the account'
complete -c krea -n '__krea_at krea config set; and not __fish_seen_subcommand_from model.default api.base account.shared budget.day budget.month confirm.above price.assume history.keep ledger.name submit.parallel output.folder output.template vary.folder terminal.notify timeout.image timeout.other' -a budget.day -d 'the most to spend from midnight to midnight'
complete -c krea -n '__krea_at krea config set; and not __fish_seen_subcommand_from model.default api.base account.shared budget.day budget.month confirm.above price.assume history.keep ledger.name submit.parallel output.folder output.template vary.folder terminal.notify timeout.image timeout.other' -a budget.month -d 'the most to spend in a month of the calendar'
complete -c krea -n '__krea_at krea config set; and not __fish_seen_subcommand_from model.default api.base account.shared budget.day budget.month confirm.above price.assume history.keep ledger.name submit.parallel output.folder output.template vary.folder terminal.notify timeout.image timeout.other' -a confirm.above -d 'ask at the terminal before what may cost more than this'
complete -c krea -n '__krea_at krea config set; and not __fish_seen_subcommand_from model.default api.base account.shared budget.day budget.month confirm.above price.assume history.keep ledger.name submit.parallel output.folder output.template vary.folder terminal.notify timeout.image timeout.other' -a price.assume -d 'the price to assume where the price is unknown'
complete -c krea -n '__krea_at krea config set; and not __fish_seen_subcommand_from model.default api.base account.shared budget.day budget.month confirm.above price.assume history.keep ledger.name submit.parallel output.folder output.template vary.folder terminal.notify timeout.image timeout.other' -a history.keep -d 'how long the ledger keeps requests that are over'
complete -c krea -n '__krea_at krea config set; and not __fish_seen_subcommand_from model.default api.base account.shared budget.day budget.month confirm.above price.assume history.keep ledger.name submit.parallel output.folder output.template vary.folder terminal.notify timeout.image timeout.other' -a ledger.name -d 'which ledger on a network disk is this machine\'s, where host names change'
complete -c krea -n '__krea_at krea config set; and not __fish_seen_subcommand_from model.default api.base account.shared budget.day budget.month confirm.above price.assume history.keep ledger.name submit.parallel output.folder output.template vary.folder terminal.notify timeout.image timeout.other' -a submit.parallel -d 'how many requests of the account may be under way at once, 1 to 16'
complete -c krea -n '__krea_at krea config set; and not __fish_seen_subcommand_from model.default api.base account.shared budget.day budget.month confirm.above price.assume history.keep ledger.name submit.parallel output.folder output.template vary.folder terminal.notify timeout.image timeout.other' -a output.folder -d 'the folder for results without -o'
complete -c krea -n '__krea_at krea config set; and not __fish_seen_subcommand_from model.default api.base account.shared budget.day budget.month confirm.above price.assume history.keep ledger.name submit.parallel output.folder output.template vary.folder terminal.notify timeout.image timeout.other' -a output.template -d 'the names of results without -o'
complete -c krea -n '__krea_at krea config set; and not __fish_seen_subcommand_from model.default api.base account.shared budget.day budget.month confirm.above price.assume history.keep ledger.name submit.parallel output.folder output.template vary.folder terminal.notify timeout.image timeout.other' -a vary.folder -d 'the folder of the words for --vary'
complete -c krea -n '__krea_at krea config set; and not __fish_seen_subcommand_from model.default api.base account.shared budget.day budget.month confirm.above price.assume history.keep ledger.name submit.parallel output.folder output.template vary.folder terminal.notify timeout.image timeout.other' -a terminal.notify -d 'at the end of what took longer than 20 s'
complete -c krea -n '__krea_at krea config set; and not __fish_seen_subcommand_from model.default api.base account.shared budget.day budget.month confirm.above price.assume history.keep ledger.name submit.parallel output.folder output.template vary.folder terminal.notify timeout.image timeout.other' -a timeout.image -d 'how long to wait for an image'
complete -c krea -n '__krea_at krea config set; and not __fish_seen_subcommand_from model.default api.base account.shared budget.day budget.month confirm.above price.assume history.keep ledger.name submit.parallel output.folder output.template vary.folder terminal.notify timeout.image timeout.other' -a timeout.other -d 'how long to wait for video, audio, 3D, enhancing'
complete -c krea -n '__krea_at krea config set; and test (commandline -opc)[-1] = model.default' -k -a '(__krea_models)'
complete -c krea -n '__krea_at krea config set; and test (commandline -opc)[-1] = account.shared' -a 'true false'
complete -c krea -n '__krea_at krea config set; and test (commandline -opc)[-1] = confirm.above' -a 'off'
complete -c krea -n '__krea_at krea config set; and test (commandline -opc)[-1] = submit.parallel' -a '1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16'
complete -c krea -n '__krea_at krea config set; and test (commandline -opc)[-1] = output.folder' -F
complete -c krea -n '__krea_at krea config set; and test (commandline -opc)[-1] = output.template' -k -a '(__krea_output)'
complete -c krea -n '__krea_at krea config set; and test (commandline -opc)[-1] = vary.folder' -F
complete -c krea -n '__krea_at krea config set; and test (commandline -opc)[-1] = terminal.notify' -a 'bell off'

# krea config unset
complete -c krea -n '__krea_at krea config unset' -l json -d 'JSON lines instead of text, for input and output'
complete -c krea -n '__krea_at krea config unset' -l quiet -s q -d 'No progress, no remarks'
complete -c krea -n '__krea_at krea config unset' -l verbose -s v -d 'Each request and its time on stderr'
complete -c krea -n '__krea_at krea config unset' -l color -x -a 'auto\\t"" always\\t"" never\\t""' -d 'Colours: never, or always, which draws tables in a pipe as well'
complete -c krea -n '__krea_at krea config unset' -l help -s h -d 'Show this help and exit'
complete -c krea -n '__krea_at krea config unset; and not __fish_seen_subcommand_from model.default api.base account.shared budget.day budget.month confirm.above price.assume history.keep ledger.name submit.parallel output.folder output.template vary.folder terminal.notify timeout.image timeout.other' -a model.default -d 'the model when -m is not given'
complete -c krea -n '__krea_at krea config unset; and not __fish_seen_subcommand_from model.default api.base account.shared budget.day budget.month confirm.above price.assume history.keep ledger.name submit.parallel output.folder output.template vary.folder terminal.notify timeout.image timeout.other' -a api.base -d 'the API\'s address when KREA_API_BASE is not set'
complete -c krea -n '__krea_at krea config unset; and not __fish_seen_subcommand_from model.default api.base account.shared budget.day budget.month confirm.above price.assume history.keep ledger.name submit.parallel output.folder output.template vary.folder terminal.notify timeout.image timeout.other' -a account.shared -d 'true if other machines or programs use the account'
complete -c krea -n '__krea_at krea config unset; and not __fish_seen_subcommand_from model.default api.base account.shared budget.day budget.month confirm.above price.assume history.keep ledger.name submit.parallel output.folder output.template vary.folder terminal.notify timeout.image timeout.other' -a budget.day -d 'the most to spend from midnight to midnight'
complete -c krea -n '__krea_at krea config unset; and not __fish_seen_subcommand_from model.default api.base account.shared budget.day budget.month confirm.above price.assume history.keep ledger.name submit.parallel output.folder output.template vary.folder terminal.notify timeout.image timeout.other' -a budget.month -d 'the most to spend in a month of the calendar'
complete -c krea -n '__krea_at krea config unset; and not __fish_seen_subcommand_from model.default api.base account.shared budget.day budget.month confirm.above price.assume history.keep ledger.name submit.parallel output.folder output.template vary.folder terminal.notify timeout.image timeout.other' -a confirm.above -d 'ask at the terminal before what may cost more than this'
complete -c krea -n '__krea_at krea config unset; and not __fish_seen_subcommand_from model.default api.base account.shared budget.day budget.month confirm.above price.assume history.keep ledger.name submit.parallel output.folder output.template vary.folder terminal.notify timeout.image timeout.other' -a price.assume -d 'the price to assume where the price is unknown'
complete -c krea -n '__krea_at krea config unset; and not __fish_seen_subcommand_from model.default api.base account.shared budget.day budget.month confirm.above price.assume history.keep ledger.name submit.parallel output.folder output.template vary.folder terminal.notify timeout.image timeout.other' -a history.keep -d 'how long the ledger keeps requests that are over'
complete -c krea -n '__krea_at krea config unset; and not __fish_seen_subcommand_from model.default api.base account.shared budget.day budget.month confirm.above price.assume history.keep ledger.name submit.parallel output.folder output.template vary.folder terminal.notify timeout.image timeout.other' -a ledger.name -d 'which ledger on a network disk is this machine\'s, where host names change'
complete -c krea -n '__krea_at krea config unset; and not __fish_seen_subcommand_from model.default api.base account.shared budget.day budget.month confirm.above price.assume history.keep ledger.name submit.parallel output.folder output.template vary.folder terminal.notify timeout.image timeout.other' -a submit.parallel -d 'how many requests of the account may be under way at once, 1 to 16'
complete -c krea -n '__krea_at krea config unset; and not __fish_seen_subcommand_from model.default api.base account.shared budget.day budget.month confirm.above price.assume history.keep ledger.name submit.parallel output.folder output.template vary.folder terminal.notify timeout.image timeout.other' -a output.folder -d 'the folder for results without -o'
complete -c krea -n '__krea_at krea config unset; and not __fish_seen_subcommand_from model.default api.base account.shared budget.day budget.month confirm.above price.assume history.keep ledger.name submit.parallel output.folder output.template vary.folder terminal.notify timeout.image timeout.other' -a output.template -d 'the names of results without -o'
complete -c krea -n '__krea_at krea config unset; and not __fish_seen_subcommand_from model.default api.base account.shared budget.day budget.month confirm.above price.assume history.keep ledger.name submit.parallel output.folder output.template vary.folder terminal.notify timeout.image timeout.other' -a vary.folder -d 'the folder of the words for --vary'
complete -c krea -n '__krea_at krea config unset; and not __fish_seen_subcommand_from model.default api.base account.shared budget.day budget.month confirm.above price.assume history.keep ledger.name submit.parallel output.folder output.template vary.folder terminal.notify timeout.image timeout.other' -a terminal.notify -d 'at the end of what took longer than 20 s'
complete -c krea -n '__krea_at krea config unset; and not __fish_seen_subcommand_from model.default api.base account.shared budget.day budget.month confirm.above price.assume history.keep ledger.name submit.parallel output.folder output.template vary.folder terminal.notify timeout.image timeout.other' -a timeout.image -d 'how long to wait for an image'
complete -c krea -n '__krea_at krea config unset; and not __fish_seen_subcommand_from model.default api.base account.shared budget.day budget.month confirm.above price.assume history.keep ledger.name submit.parallel output.folder output.template vary.folder terminal.notify timeout.image timeout.other' -a timeout.other -d 'how long to wait for video, audio, 3D, enhancing'

# krea config list
complete -c krea -n '__krea_at krea config list' -l json -d 'JSON lines instead of text, for input and output'
complete -c krea -n '__krea_at krea config list' -l quiet -s q -d 'No progress, no remarks'
complete -c krea -n '__krea_at krea config list' -l verbose -s v -d 'Each request and its time on stderr'
complete -c krea -n '__krea_at krea config list' -l color -x -a 'auto\\t"" always\\t"" never\\t""' -d 'Colours: never, or always, which draws tables in a pipe as well'
complete -c krea -n '__krea_at krea config list' -l help -s h -d 'Show this help and exit'

# krea config edit
complete -c krea -n '__krea_at krea config edit' -l quiet -s q -d 'No progress, no remarks'
complete -c krea -n '__krea_at krea config edit' -l verbose -s v -d 'Each request and its time on stderr'
complete -c krea -n '__krea_at krea config edit' -l color -x -a 'auto\\t"" always\\t"" never\\t""' -d 'Colours: never, or always, which draws tables in a pipe as well'
complete -c krea -n '__krea_at krea config edit' -l help -s h -d 'Show this help and exit'

# krea config path
complete -c krea -n '__krea_at krea config path' -l json -d 'JSON lines instead of text, for input and output'
complete -c krea -n '__krea_at krea config path' -l quiet -s q -d 'No progress, no remarks'
complete -c krea -n '__krea_at krea config path' -l verbose -s v -d 'Each request and its time on stderr'
complete -c krea -n '__krea_at krea config path' -l color -x -a 'auto\\t"" always\\t"" never\\t""' -d 'Colours: never, or always, which draws tables in a pipe as well'
complete -c krea -n '__krea_at krea config path' -l help -s h -d 'Show this help and exit'
