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

# Offer a model by its id or by the id without its first part. The list is data: a line with any
# other character is dropped, and nothing here expands a line (`compgen -W` would run it).
_krea_offer_models() {
    local id
    while IFS= read -r id; do
        case $id in [!A-Za-z0-9]* | '' | *[!A-Za-z0-9._/-]*) continue ;; esac
        case $id in "$cur"*) COMPREPLY+=("$id") ;; esac
        case ${id#*/} in "$id" | '') ;; "${cur:-/}"*) COMPREPLY+=("${id#*/}") ;; esac
    done
}

_krea_model_ids() {
    local folder
    for folder in "${KREA_CACHE_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/krea}" \
        "${KREA_CACHE_DIR:-$HOME/Library/Caches/krea}"; do
        if [ -s "$folder/models.list" ] && [ -r "$folder/models.list" ]; then
            _krea_offer_models < "$folder/models.list"
            return
        fi
    done
    _krea_offer_models <<'MODELS'
alibaba/qwen-image-2.1
alibaba/qwen-image-3
alibaba/wan-2.1
alibaba/wan-2.2
alibaba/wan-2.5
alibaba/wan-3.0
bfl/flux-1-dev
bfl/flux-1-kontext-dev
bfl/flux-1.1-pro
bfl/flux-1.1-pro-ultra
black-forest-labs/flux-3-video
black-forest-labs/flux-video-edit
black-forest-labs/flux-video-upscale
bytedance/seed-audio-1.0
bytedance/seedance-1.0-pro
bytedance/seedance-1.0-pro-fast
bytedance/seedance-2
bytedance/seedance-2-5
bytedance/seedance-2-fast
bytedance/seedance-2-mini
bytedance/seededit
bytedance/seedream-4
bytedance/seedream-5-lite
bytedance/seedream-5-pro
bytedance/seedvr-2
elevenlabs/music
elevenlabs/music-v2
elevenlabs/music-v2.5
elevenlabs/tts
google/gemini-omni-flash
google/gemini-omni-flash-1.1
google/nano-banana
google/nano-banana-2
google/nano-banana-2.1
google/nano-banana-flash-lite
google/nano-banana-pro
google/veo-2
google/veo-3
google/veo-3-fast
google/veo-3.1
google/veo-3.1-fast
google/veo-3.1-lite
hyper3d/rodin-2.5
hyper3d/rodin-2.5-fast
ideogram/ideogram-2-turbo
ideogram/ideogram-3
ideogram/ideogram-4.5
ideogram/ideogram-4.5-precise
kling/kling-2.5
kling/kling-2.6
kling/kling-3.0
kling/kling-o1
krea/enhance
krea/krea-2/large
krea/krea-2/medium
krea/krea-2/medium-turbo
krea/legacy-enhance
lightricks/ltx-video-2.3-22b
lightricks/ltx-video-2.5-fast
lightricks/ltx-video-2.5-pro
luma/ray-2
luma/uni-1
magnific/creative-enhance
magnific/precise-enhance
meshy/meshy-7
meta/muse-image
microsoft/trellis
microsoft/trellis-2
minimax/h3-max
minimax/h3-max-camera-controls
minimax/h3-max-turbo
minimax/hailuo
minimax/hailuo-02
minimax/hailuo-2.3
minimax/hailuo-2.3-fast
minimax/hailuo-3
openai/gpt-image
openai/gpt-image-2
openai/gpt-image-2.5-flare
openai/gpt-image-2.5-sunburst
qwen/2512
recraft/recraft-v4.1-flash
runway/gen-4-image
runway/gen-4-video
runway/gen-4.5
runway/ruby
tencent/hunyuan3d-2.1
tencent/hunyuan3d-3.1-pro
tencent/hunyuan3d-3.1-rapid
topaz/astra
topaz/astra-2
topaz/bloom-2-enhance
topaz/bloom-enhance
topaz/generative-enhance
topaz/hyperion
topaz/standard-enhance
topaz/starlight-precise
topaz/starlight-precise-25
topaz/video-upscale
topaz/wonder-35-enhance
tripo/h3.1
tripo/tripo
vidu/q3
xai/grok-imagine-2
xai/grok-imagine-2-edit
xai/grok-video
xai/grok-video-1.5
z-image/z-image
MODELS
}

# readline's own file names, with its quoting; bash 3.2 has no compopt.
_krea_files() {
    compopt -o default 2> /dev/null && return
    local name
    while IFS= read -r name; do COMPREPLY+=("$name"); done < <(compgen -f -- "$cur")
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

_krea() {
    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}
    local path=krea literal='' word place
    COMPREPLY=()
    # bash breaks --option=value and key=@file into words of their own.
    if [ "$cur" = = ]; then
        cur=
    elif [ "$prev" = = ] && [ "$COMP_CWORD" -gt 2 ]; then
        prev=${COMP_WORDS[COMP_CWORD - 2]}
    fi
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
    case $prev in *@) _krea_files; return ;; esac
    case "$path$literal" in
        "krea")
            case $cur in
                -*) _krea_offer --version -V --help -h ;;
                *) _krea_offer generate again status jobs wait download batch cancel history spend recover verify models doctor completion sandbox auth preset config ;;
            esac
            ;;
        "krea generate")
            case $prev in
                --model | -m) _krea_model_ids; return ;;
                --preset) return ;;
                --output | -o) _krea_files; return ;;
                --input | -i) return ;;
                --count | -n) return ;;
                --vary) return ;;
                --vary-seed) return ;;
                --image) _krea_files; return ;;
                --video) _krea_files; return ;;
                --audio) _krea_files; return ;;
                --style) return ;;
                --seed) return ;;
                --width) return ;;
                --height) return ;;
                --aspect-ratio) return ;;
                --resolution) return ;;
                --duration) return ;;
                --prompt-file) _krea_files; return ;;
                --timeout) return ;;
                --max-cost) return ;;
                --assume-price) return ;;
                --webhook) return ;;
                --tag) return ;;
                --like) _krea_files; return ;;
                --on-end) _krea_commands; return ;;
                --profile) return ;;
                --token-file) _krea_files; return ;;
                --color) _krea_offer auto always never; return ;;
            esac
            case $cur in
                -*) _krea_offer --model -m --preset --output -o --input -i --count -n --vary --vary-seed --image --video --audio --style --seed --width --height --aspect-ratio --resolution --duration --prompt-file --edit --no-wait --timeout --max-cost --assume-price --webhook --tag --dry-run --force --again --yes --no-check --like --reuse --any-seed --sidecar --embed --convert --no-original --on-end --profile --token-file --no-ledger --json --quiet -q --verbose -v --color --help -h ;;
            esac
            ;;
        "krea again")
            case $prev in
                --output | -o) _krea_files; return ;;
                --count | -n) return ;;
                --model | -m) _krea_model_ids; return ;;
                --input | -i) return ;;
                --image) _krea_files; return ;;
                --video) _krea_files; return ;;
                --audio) _krea_files; return ;;
                --style) return ;;
                --seed) return ;;
                --width) return ;;
                --height) return ;;
                --aspect-ratio) return ;;
                --resolution) return ;;
                --duration) return ;;
                --prompt-file) _krea_files; return ;;
                --timeout) return ;;
                --max-cost) return ;;
                --assume-price) return ;;
                --webhook) return ;;
                --tag) return ;;
                --profile) return ;;
                --token-file) _krea_files; return ;;
                --color) _krea_offer auto always never; return ;;
            esac
            case $cur in
                -*) _krea_offer --edit --output -o --count -n --model -m --input -i --image --video --audio --style --seed --width --height --aspect-ratio --resolution --duration --prompt-file --no-wait --timeout --max-cost --assume-price --yes --webhook --tag --dry-run --force --no-check --sidecar --embed --convert --no-original --profile --token-file --no-ledger --json --quiet -q --verbose -v --color --help -h ;;
            esac
            ;;
        "krea status")
            case $prev in
                --profile) return ;;
                --token-file) _krea_files; return ;;
                --color) _krea_offer auto always never; return ;;
            esac
            case $cur in
                -*) _krea_offer --json --quiet -q --verbose -v --profile --token-file --color --help -h ;;
            esac
            ;;
        "krea jobs")
            case $prev in
                --status) _krea_offer running backlogged queued scheduled processing sampling intermediate-complete completed failed cancelled; return ;;
                --type) return ;;
                --since) return ;;
                --limit) return ;;
                --profile) return ;;
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
                --profile) return ;;
                --token-file) _krea_files; return ;;
                --color) _krea_offer auto always never; return ;;
            esac
            case $cur in
                -*) _krea_offer --timeout --json --quiet -q --verbose -v --on-end --profile --token-file --color --help -h ;;
            esac
            ;;
        "krea download")
            case $prev in
                --output | -o) _krea_files; return ;;
                --timeout) return ;;
                --on-end) _krea_commands; return ;;
                --profile) return ;;
                --token-file) _krea_files; return ;;
                --color) _krea_offer auto always never; return ;;
            esac
            case $cur in
                -*) _krea_offer --output -o --force --timeout --json --quiet -q --verbose -v --on-end --profile --token-file --no-ledger --missing --sidecar --embed --convert --no-original --color --help -h ;;
            esac
            ;;
        "krea batch")
            case $prev in
                --format) return ;;
                --model | -m) _krea_model_ids; return ;;
                --preset) return ;;
                --output | -o) _krea_files; return ;;
                --input | -i) return ;;
                --sweep) return ;;
                --count | -n) return ;;
                --vary) return ;;
                --vary-seed) return ;;
                --image) _krea_files; return ;;
                --video) _krea_files; return ;;
                --audio) _krea_files; return ;;
                --style) return ;;
                --seed) return ;;
                --width) return ;;
                --height) return ;;
                --aspect-ratio) return ;;
                --resolution) return ;;
                --duration) return ;;
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
                --tag) return ;;
                --on-end) _krea_commands; return ;;
                --profile) return ;;
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
                --profile) return ;;
                --token-file) _krea_files; return ;;
                --color) _krea_offer auto always never; return ;;
            esac
            case $cur in
                -*) _krea_offer --batch --profile --token-file --json --quiet -q --verbose -v --color --help -h ;;
            esac
            ;;
        "krea history")
            case $prev in
                --model | -m) _krea_model_ids; return ;;
                --status) _krea_offer saved completed failed cancelled refused empty checked sending submitted unknown unfound forgotten backlogged queued scheduled processing sampling intermediate-complete replaced changed deleted; return ;;
                --since) return ;;
                --limit) return ;;
                --profile) return ;;
                --token-file) _krea_files; return ;;
                --color) _krea_offer auto always never; return ;;
            esac
            case $cur in
                -*) _krea_offer --model -m --status --since --unfinished --limit --erase --yes --profile --token-file --json --quiet -q --verbose -v --color --help -h ;;
                *) _krea_files ;;
            esac
            ;;
        "krea historyyes") _krea_files ;;
        "krea spend")
            case $prev in
                --since) return ;;
                --by) _krea_offer day model batch profile tag; return ;;
                --profile) return ;;
                --color) _krea_offer auto always never; return ;;
            esac
            case $cur in
                -*) _krea_offer --since --by --csv --profile --json --quiet -q --verbose -v --color --help -h ;;
            esac
            ;;
        "krea recover")
            case $prev in
                --adopt) return ;;
                --resubmit) return ;;
                --forget) return ;;
                --older) return ;;
                --assume-price) return ;;
                --profile) return ;;
                --token-file) _krea_files; return ;;
                --color) _krea_offer auto always never; return ;;
            esac
            case $cur in
                -*) _krea_offer --adopt --resubmit --forget --older --assume-price --yes --profile --token-file --json --quiet -q --verbose -v --color --help -h ;;
            esac
            ;;
        "krea verify")
            case $prev in
                --profile) return ;;
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
                --takes) return ;;
                --with) return ;;
                --max-price) return ;;
                --sort) return ;;
                --color) _krea_offer auto always never; return ;;
            esac
            case $cur in
                -*) _krea_offer --kind --takes --with --max-price --sort --refresh --json --quiet -q --verbose -v --color --help -h ;;
            esac
            ;;
        "krea doctor")
            case $prev in
                --profile) return ;;
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
                --profile) return ;;
                --color) _krea_offer auto always never; return ;;
            esac
            case $cur in
                -*) _krea_offer --with-token --profile --json --quiet -q --verbose -v --color --help -h ;;
            esac
            ;;
        "krea auth status")
            case $prev in
                --profile) return ;;
                --token-file) _krea_files; return ;;
                --color) _krea_offer auto always never; return ;;
            esac
            case $cur in
                -*) _krea_offer --profile --token-file --json --quiet -q --verbose -v --color --help -h ;;
            esac
            ;;
        "krea auth same-account")
            case $prev in
                --profile) return ;;
                --token-file) _krea_files; return ;;
                --color) _krea_offer auto always never; return ;;
            esac
            case $cur in
                -*) _krea_offer --profile --token-file --json --quiet -q --verbose -v --color --help -h ;;
            esac
            ;;
        "krea auth other-account")
            case $prev in
                --profile) return ;;
                --token-file) _krea_files; return ;;
                --color) _krea_offer auto always never; return ;;
            esac
            case $cur in
                -*) _krea_offer --profile --token-file --json --quiet -q --verbose -v --color --help -h ;;
            esac
            ;;
        "krea auth logout")
            case $prev in
                --profile) return ;;
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
                --like) _krea_files; return ;;
                --profile) return ;;
                --token-file) _krea_files; return ;;
                --color) _krea_offer auto always never; return ;;
            esac
            case $cur in
                -*) _krea_offer --like --project --force --profile --token-file --json --quiet -q --verbose -v --color --help -h ;;
            esac
            ;;
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
            esac
            ;;
        "krea preset delete")
            case $prev in
                --color) _krea_offer auto always never; return ;;
            esac
            case $cur in
                -*) _krea_offer --project --json --quiet -q --verbose -v --color --help -h ;;
            esac
            ;;
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
                *) _krea_offer_once model.default api.base account.shared budget.day budget.month confirm.above price.assume history.keep ledger.name submit.parallel output.folder output.template vary.folder terminal.notify timeout.image timeout.other; case $prev in model.*) _krea_model_ids ;; esac ;;
            esac
            ;;
        "krea config setyes") _krea_offer_once model.default api.base account.shared budget.day budget.month confirm.above price.assume history.keep ledger.name submit.parallel output.folder output.template vary.folder terminal.notify timeout.image timeout.other; case $prev in model.*) _krea_model_ids ;; esac ;;
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
