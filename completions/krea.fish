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

# The list is data: a line with any other character than an id has is dropped.
function __krea_model_ids
    set -l folders "$HOME/.cache/krea" "$HOME/Library/Caches/krea"
    set -q XDG_CACHE_HOME[1]; and set folders[1] "$XDG_CACHE_HOME/krea"
    test -n "$KREA_CACHE_DIR"; and set folders "$KREA_CACHE_DIR"
    for folder in $folders
        if test -s "$folder/models.list" -a -r "$folder/models.list"
            while read -l id
                string match -r '^[A-Za-z0-9][A-Za-z0-9._/-]*$' -- $id
            end <"$folder/models.list"
            return
        end
    end
    printf '%s\n' \
        'alibaba/qwen-image-2.1' \
        'alibaba/qwen-image-3' \
        'alibaba/wan-2.1' \
        'alibaba/wan-2.2' \
        'alibaba/wan-2.5' \
        'alibaba/wan-3.0' \
        'bfl/flux-1-dev' \
        'bfl/flux-1-kontext-dev' \
        'bfl/flux-1.1-pro' \
        'bfl/flux-1.1-pro-ultra' \
        'black-forest-labs/flux-3-video' \
        'black-forest-labs/flux-video-edit' \
        'black-forest-labs/flux-video-upscale' \
        'bytedance/seed-audio-1.0' \
        'bytedance/seedance-1.0-pro' \
        'bytedance/seedance-1.0-pro-fast' \
        'bytedance/seedance-2' \
        'bytedance/seedance-2-5' \
        'bytedance/seedance-2-fast' \
        'bytedance/seedance-2-mini' \
        'bytedance/seededit' \
        'bytedance/seedream-4' \
        'bytedance/seedream-5-lite' \
        'bytedance/seedream-5-pro' \
        'bytedance/seedvr-2' \
        'elevenlabs/music' \
        'elevenlabs/music-v2' \
        'elevenlabs/music-v2.5' \
        'elevenlabs/tts' \
        'google/gemini-omni-flash' \
        'google/gemini-omni-flash-1.1' \
        'google/nano-banana' \
        'google/nano-banana-2' \
        'google/nano-banana-2.1' \
        'google/nano-banana-flash-lite' \
        'google/nano-banana-pro' \
        'google/veo-2' \
        'google/veo-3' \
        'google/veo-3-fast' \
        'google/veo-3.1' \
        'google/veo-3.1-fast' \
        'google/veo-3.1-lite' \
        'hyper3d/rodin-2.5' \
        'hyper3d/rodin-2.5-fast' \
        'ideogram/ideogram-2-turbo' \
        'ideogram/ideogram-3' \
        'ideogram/ideogram-4.5' \
        'ideogram/ideogram-4.5-precise' \
        'kling/kling-2.5' \
        'kling/kling-2.6' \
        'kling/kling-3.0' \
        'kling/kling-o1' \
        'krea/enhance' \
        'krea/krea-2/large' \
        'krea/krea-2/medium' \
        'krea/krea-2/medium-turbo' \
        'krea/legacy-enhance' \
        'lightricks/ltx-video-2.3-22b' \
        'lightricks/ltx-video-2.5-fast' \
        'lightricks/ltx-video-2.5-pro' \
        'luma/ray-2' \
        'luma/uni-1' \
        'magnific/creative-enhance' \
        'magnific/precise-enhance' \
        'meshy/meshy-7' \
        'meta/muse-image' \
        'microsoft/trellis' \
        'microsoft/trellis-2' \
        'minimax/h3-max' \
        'minimax/h3-max-camera-controls' \
        'minimax/h3-max-turbo' \
        'minimax/hailuo' \
        'minimax/hailuo-02' \
        'minimax/hailuo-2.3' \
        'minimax/hailuo-2.3-fast' \
        'minimax/hailuo-3' \
        'openai/gpt-image' \
        'openai/gpt-image-2' \
        'openai/gpt-image-2.5-flare' \
        'openai/gpt-image-2.5-sunburst' \
        'qwen/2512' \
        'recraft/recraft-v4.1-flash' \
        'runway/gen-4-image' \
        'runway/gen-4-video' \
        'runway/gen-4.5' \
        'runway/ruby' \
        'tencent/hunyuan3d-2.1' \
        'tencent/hunyuan3d-3.1-pro' \
        'tencent/hunyuan3d-3.1-rapid' \
        'topaz/astra' \
        'topaz/astra-2' \
        'topaz/bloom-2-enhance' \
        'topaz/bloom-enhance' \
        'topaz/generative-enhance' \
        'topaz/hyperion' \
        'topaz/standard-enhance' \
        'topaz/starlight-precise' \
        'topaz/starlight-precise-25' \
        'topaz/video-upscale' \
        'topaz/wonder-35-enhance' \
        'tripo/h3.1' \
        'tripo/tripo' \
        'vidu/q3' \
        'xai/grok-imagine-2' \
        'xai/grok-imagine-2-edit' \
        'xai/grok-video' \
        'xai/grok-video-1.5' \
        'z-image/z-image'
end

# Each id, and what is left of it without its first part: fish replaces a whole word, --model= too,
# by a match that does not begin as the word does.
function __krea_models
    for id in (__krea_model_ids)
        echo $id
        string replace -rf '^[^/]+/' '' -- $id
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
complete -c krea -n '__krea_at krea generate' -l model -s m -x -a '(__krea_models)' -d 'The model: an id, its last part, or an alias'
complete -c krea -n '__krea_at krea generate' -l preset -x -d 'A model and values of fields'
complete -c krea -n '__krea_at krea generate' -l output -s o -r -F -d 'A file, a folder, a template such as {slug}-{seed}.{ext}, or - for stdout'
complete -c krea -n '__krea_at krea generate' -l input -s i -x -d 'Any field of the model, such as steps=30'
complete -c krea -n '__krea_at krea generate' -l count -s n -x -d 'Number of jobs, each with a seed of its own'
complete -c krea -n '__krea_at krea generate' -l vary -x -d 'Make N variants of each prompt with {a|b} or __name__, or every combination'
complete -c krea -n '__krea_at krea generate' -l vary-seed -x -d 'Draw other variants'
complete -c krea -n '__krea_at krea generate' -l image -r -F -d 'A picture to start from: file or address'
complete -c krea -n '__krea_at krea generate' -l video -r -F -d 'A clip to start from: file or address'
complete -c krea -n '__krea_at krea generate' -l audio -r -F -d 'A sound to start from: file or address'
complete -c krea -n '__krea_at krea generate' -l style -x -d 'A style of Krea by its id, with strength S'
complete -c krea -n '__krea_at krea generate' -l seed -x -d 'The first seed'
complete -c krea -n '__krea_at krea generate' -l width -x -d 'Width of the picture or clip'
complete -c krea -n '__krea_at krea generate' -l height -x -d 'Height of the picture or clip'
complete -c krea -n '__krea_at krea generate' -l aspect-ratio -x -d 'Width to height, such as 16:9'
complete -c krea -n '__krea_at krea generate' -l resolution -x -d 'Size of the picture or clip, such as 2K or 720p'
complete -c krea -n '__krea_at krea generate' -l duration -x -d 'Length of the clip or sound'
complete -c krea -n '__krea_at krea generate' -l prompt-file -r -F -d 'Read the prompt from FILE'
complete -c krea -n '__krea_at krea generate' -l edit -d 'Write the prompt in an editor: $VISUAL, $EDITOR, or vi'
complete -c krea -n '__krea_at krea generate' -l no-wait -d 'Print the job\'s id and leave'
complete -c krea -n '__krea_at krea generate' -l timeout -x -d 'How long to wait: 90, 90s, 15m'
complete -c krea -n '__krea_at krea generate' -l max-cost -x -d 'Stop before a request that could take the total above this'
complete -c krea -n '__krea_at krea generate' -l assume-price -x -d 'The price to assume where the price is unknown'
complete -c krea -n '__krea_at krea generate' -l webhook -x -d 'An address that Krea calls when the job has ended'
complete -c krea -n '__krea_at krea generate' -l tag -x -d 'Tag the request, to search for it and add up its cost'
complete -c krea -n '__krea_at krea generate' -l dry-run -d 'Print the request and its price'
complete -c krea -n '__krea_at krea generate' -l force -d 'Overwrite existing files'
complete -c krea -n '__krea_at krea generate' -l again -d 'Pay for a new job, even if an earlier one is unfinished'
complete -c krea -n '__krea_at krea generate' -l yes -d 'Ask no question'
complete -c krea -n '__krea_at krea generate' -l no-check -d 'Send the fields as they are, unchecked'
complete -c krea -n '__krea_at krea generate' -l like -r -F -d 'Start from the recipe of FILE or job ID, seed included'
complete -c krea -n '__krea_at krea generate' -l reuse -d 'Copy the same request\'s result, if it is on disk'
complete -c krea -n '__krea_at krea generate' -l any-seed -d 'With --reuse: also take a result of another seed'
complete -c krea -n '__krea_at krea generate' -l sidecar -d 'Write model, fields and seed beside each file, as FILE.json'
complete -c krea -n '__krea_at krea generate' -l embed -d 'Write model, fields and seed into the metadata of each picture'
complete -c krea -n '__krea_at krea generate' -l convert -d 'Convert a picture to the format that its name says'
complete -c krea -n '__krea_at krea generate' -l no-original -d 'With --convert: leave no NAME.original.EXT beside it'
complete -c krea -n '__krea_at krea generate' -l on-end -x -a '(__fish_complete_command)' -d 'Run COMMAND at the end, without a shell'
complete -c krea -n '__krea_at krea generate' -l profile -x -d 'Use the stored login NAME'
complete -c krea -n '__krea_at krea generate' -l token-file -r -F -d 'Read the token from FILE'
complete -c krea -n '__krea_at krea generate' -l no-ledger -d 'Keep no record of what is paid for, at your own risk'
complete -c krea -n '__krea_at krea generate' -l json -d 'JSON lines instead of text, for input and output'
complete -c krea -n '__krea_at krea generate' -l quiet -s q -d 'No progress, no remarks'
complete -c krea -n '__krea_at krea generate' -l verbose -s v -d 'Each request and its time on stderr'
complete -c krea -n '__krea_at krea generate' -l color -x -a 'auto always never' -d 'Colours: never, or always, which draws tables in a pipe as well'
complete -c krea -n '__krea_at krea generate' -l help -s h -d 'Show this help and exit'

# krea again
complete -c krea -n '__krea_at krea again' -l edit -d 'Write the prompt in an editor: $VISUAL, $EDITOR, or vi'
complete -c krea -n '__krea_at krea again' -l output -s o -r -F -d 'A file, a folder, a template such as {slug}-{seed}.{ext}, or - for stdout'
complete -c krea -n '__krea_at krea again' -l count -s n -x -d 'Number of jobs, each with a seed of its own'
complete -c krea -n '__krea_at krea again' -l model -s m -x -a '(__krea_models)' -d 'The model: an id, its last part, or an alias'
complete -c krea -n '__krea_at krea again' -l input -s i -x -d 'Any field of the model, such as steps=30'
complete -c krea -n '__krea_at krea again' -l image -r -F -d 'A picture to start from: file or address'
complete -c krea -n '__krea_at krea again' -l video -r -F -d 'A clip to start from: file or address'
complete -c krea -n '__krea_at krea again' -l audio -r -F -d 'A sound to start from: file or address'
complete -c krea -n '__krea_at krea again' -l style -x -d 'A style of Krea by its id, with strength S'
complete -c krea -n '__krea_at krea again' -l seed -x -d 'The first seed'
complete -c krea -n '__krea_at krea again' -l width -x -d 'Width of the picture or clip'
complete -c krea -n '__krea_at krea again' -l height -x -d 'Height of the picture or clip'
complete -c krea -n '__krea_at krea again' -l aspect-ratio -x -d 'Width to height, such as 16:9'
complete -c krea -n '__krea_at krea again' -l resolution -x -d 'Size of the picture or clip, such as 2K or 720p'
complete -c krea -n '__krea_at krea again' -l duration -x -d 'Length of the clip or sound'
complete -c krea -n '__krea_at krea again' -l prompt-file -r -F -d 'Read the prompt from FILE'
complete -c krea -n '__krea_at krea again' -l no-wait -d 'Print the job\'s id and leave'
complete -c krea -n '__krea_at krea again' -l timeout -x -d 'How long to wait: 90, 90s, 15m'
complete -c krea -n '__krea_at krea again' -l max-cost -x -d 'Stop before a request that could take the total above this'
complete -c krea -n '__krea_at krea again' -l assume-price -x -d 'The price to assume where the price is unknown'
complete -c krea -n '__krea_at krea again' -l yes -d 'Ask no question'
complete -c krea -n '__krea_at krea again' -l webhook -x -d 'An address that Krea calls when the job has ended'
complete -c krea -n '__krea_at krea again' -l tag -x -d 'Tag the request, to search for it and add up its cost'
complete -c krea -n '__krea_at krea again' -l dry-run -d 'Print the request and its price'
complete -c krea -n '__krea_at krea again' -l force -d 'Overwrite existing files'
complete -c krea -n '__krea_at krea again' -l no-check -d 'Send the fields as they are, unchecked'
complete -c krea -n '__krea_at krea again' -l sidecar -d 'Write model, fields and seed beside each file, as FILE.json'
complete -c krea -n '__krea_at krea again' -l embed -d 'Write model, fields and seed into the metadata of each picture'
complete -c krea -n '__krea_at krea again' -l convert -d 'Convert a picture to the format that its name says'
complete -c krea -n '__krea_at krea again' -l no-original -d 'With --convert: leave no NAME.original.EXT beside it'
complete -c krea -n '__krea_at krea again' -l profile -x -d 'Use the stored login NAME'
complete -c krea -n '__krea_at krea again' -l token-file -r -F -d 'Read the token from FILE'
complete -c krea -n '__krea_at krea again' -l no-ledger -d 'Keep no record of what is paid for, at your own risk'
complete -c krea -n '__krea_at krea again' -l json -d 'JSON lines instead of text, for input and output'
complete -c krea -n '__krea_at krea again' -l quiet -s q -d 'No progress, no remarks'
complete -c krea -n '__krea_at krea again' -l verbose -s v -d 'Each request and its time on stderr'
complete -c krea -n '__krea_at krea again' -l color -x -a 'auto always never' -d 'Colours: never, or always, which draws tables in a pipe as well'
complete -c krea -n '__krea_at krea again' -l help -s h -d 'Show this help and exit'

# krea status
complete -c krea -n '__krea_at krea status' -l json -d 'JSON lines instead of text, for input and output'
complete -c krea -n '__krea_at krea status' -l quiet -s q -d 'No progress, no remarks'
complete -c krea -n '__krea_at krea status' -l verbose -s v -d 'Each request and its time on stderr'
complete -c krea -n '__krea_at krea status' -l profile -x -d 'Use the stored login NAME'
complete -c krea -n '__krea_at krea status' -l token-file -r -F -d 'Read the token from FILE'
complete -c krea -n '__krea_at krea status' -l color -x -a 'auto always never' -d 'Colours: never, or always, which draws tables in a pipe as well'
complete -c krea -n '__krea_at krea status' -l help -s h -d 'Show this help and exit'

# krea jobs
complete -c krea -n '__krea_at krea jobs' -l status -x -a 'running backlogged queued scheduled processing sampling intermediate-complete completed failed cancelled' -d 'Only jobs that run, or have this status'
complete -c krea -n '__krea_at krea jobs' -l type -x -d 'Only jobs of this type of the service, such as flux'
complete -c krea -n '__krea_at krea jobs' -l since -x -d 'Only those since: 7d, 12h, yesterday, monday, 2026-11-01'
complete -c krea -n '__krea_at krea jobs' -l limit -x -d 'The newest COUNT jobs'
complete -c krea -n '__krea_at krea jobs' -l all -d 'All jobs, however many pages they fill'
complete -c krea -n '__krea_at krea jobs' -l profile -x -d 'Use the stored login NAME'
complete -c krea -n '__krea_at krea jobs' -l token-file -r -F -d 'Read the token from FILE'
complete -c krea -n '__krea_at krea jobs' -l json -d 'JSON lines instead of text, for input and output'
complete -c krea -n '__krea_at krea jobs' -l quiet -s q -d 'No progress, no remarks'
complete -c krea -n '__krea_at krea jobs' -l verbose -s v -d 'Each request and its time on stderr'
complete -c krea -n '__krea_at krea jobs' -l color -x -a 'auto always never' -d 'Colours: never, or always, which draws tables in a pipe as well'
complete -c krea -n '__krea_at krea jobs' -l help -s h -d 'Show this help and exit'

# krea wait
complete -c krea -n '__krea_at krea wait' -l timeout -x -d 'How long to wait: 90, 90s, 15m'
complete -c krea -n '__krea_at krea wait' -l json -d 'JSON lines instead of text, for input and output'
complete -c krea -n '__krea_at krea wait' -l quiet -s q -d 'No progress, no remarks'
complete -c krea -n '__krea_at krea wait' -l verbose -s v -d 'Each request and its time on stderr'
complete -c krea -n '__krea_at krea wait' -l on-end -x -a '(__fish_complete_command)' -d 'Run COMMAND at the end, without a shell'
complete -c krea -n '__krea_at krea wait' -l profile -x -d 'Use the stored login NAME'
complete -c krea -n '__krea_at krea wait' -l token-file -r -F -d 'Read the token from FILE'
complete -c krea -n '__krea_at krea wait' -l color -x -a 'auto always never' -d 'Colours: never, or always, which draws tables in a pipe as well'
complete -c krea -n '__krea_at krea wait' -l help -s h -d 'Show this help and exit'

# krea download
complete -c krea -n '__krea_at krea download' -l output -s o -r -F -d 'A file, a folder, a template such as {slug}-{seed}.{ext}, or - for stdout'
complete -c krea -n '__krea_at krea download' -l force -d 'Overwrite existing files'
complete -c krea -n '__krea_at krea download' -l timeout -x -d 'How long to wait: 90, 90s, 15m'
complete -c krea -n '__krea_at krea download' -l json -d 'JSON lines instead of text, for input and output'
complete -c krea -n '__krea_at krea download' -l quiet -s q -d 'No progress, no remarks'
complete -c krea -n '__krea_at krea download' -l verbose -s v -d 'Each request and its time on stderr'
complete -c krea -n '__krea_at krea download' -l on-end -x -a '(__fish_complete_command)' -d 'Run COMMAND at the end, without a shell'
complete -c krea -n '__krea_at krea download' -l profile -x -d 'Use the stored login NAME'
complete -c krea -n '__krea_at krea download' -l token-file -r -F -d 'Read the token from FILE'
complete -c krea -n '__krea_at krea download' -l no-ledger -d 'Keep no record of what is paid for, at your own risk'
complete -c krea -n '__krea_at krea download' -l missing -d 'Every finished job whose results were never saved'
complete -c krea -n '__krea_at krea download' -l sidecar -d 'Write model, fields and seed beside each file, as FILE.json'
complete -c krea -n '__krea_at krea download' -l embed -d 'Write model, fields and seed into the metadata of each picture'
complete -c krea -n '__krea_at krea download' -l convert -d 'Convert a picture to the format that its name says'
complete -c krea -n '__krea_at krea download' -l no-original -d 'With --convert: leave no NAME.original.EXT beside it'
complete -c krea -n '__krea_at krea download' -l color -x -a 'auto always never' -d 'Colours: never, or always, which draws tables in a pipe as well'
complete -c krea -n '__krea_at krea download' -l help -s h -d 'Show this help and exit'

# krea batch
complete -c krea -n '__krea_at krea batch' -l format -x -d 'txt, csv, tsv or jsonl'
complete -c krea -n '__krea_at krea batch' -l model -s m -x -a '(__krea_models)' -d 'The model: an id, its last part, or an alias'
complete -c krea -n '__krea_at krea batch' -l preset -x -d 'A model and values of fields'
complete -c krea -n '__krea_at krea batch' -l output -s o -r -F -d 'A folder, or a template of fields and more: {slug}-{key}.{ext} is the default'
complete -c krea -n '__krea_at krea batch' -l input -s i -x -d 'Any field of the model, such as steps=30'
complete -c krea -n '__krea_at krea batch' -l sweep -x -d 'Make each line once per value, such as seed=1..4'
complete -c krea -n '__krea_at krea batch' -l count -s n -x -d 'Number of jobs, each with a seed of its own'
complete -c krea -n '__krea_at krea batch' -l vary -x -d 'Make N variants of each prompt with {a|b} or __name__, or every combination'
complete -c krea -n '__krea_at krea batch' -l vary-seed -x -d 'Draw other variants'
complete -c krea -n '__krea_at krea batch' -l image -r -F -d 'A picture to start from: file or address'
complete -c krea -n '__krea_at krea batch' -l video -r -F -d 'A clip to start from: file or address'
complete -c krea -n '__krea_at krea batch' -l audio -r -F -d 'A sound to start from: file or address'
complete -c krea -n '__krea_at krea batch' -l style -x -d 'A style of Krea by its id, with strength S'
complete -c krea -n '__krea_at krea batch' -l seed -x -d 'The first seed'
complete -c krea -n '__krea_at krea batch' -l width -x -d 'Width of the picture or clip'
complete -c krea -n '__krea_at krea batch' -l height -x -d 'Height of the picture or clip'
complete -c krea -n '__krea_at krea batch' -l aspect-ratio -x -d 'Width to height, such as 16:9'
complete -c krea -n '__krea_at krea batch' -l resolution -x -d 'Size of the picture or clip, such as 2K or 720p'
complete -c krea -n '__krea_at krea batch' -l duration -x -d 'Length of the clip or sound'
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
complete -c krea -n '__krea_at krea batch' -l tag -x -d 'Tag the request, to search for it and add up its cost'
complete -c krea -n '__krea_at krea batch' -l allow-outside -d 'Let names in FILE lead outside the folder of -o'
complete -c krea -n '__krea_at krea batch' -l force -d 'Overwrite existing files'
complete -c krea -n '__krea_at krea batch' -l no-check -d 'Send the fields as they are, unchecked'
complete -c krea -n '__krea_at krea batch' -l sidecar -d 'Write model, fields and seed beside each file, as FILE.json'
complete -c krea -n '__krea_at krea batch' -l embed -d 'Write model, fields and seed into the metadata of each picture'
complete -c krea -n '__krea_at krea batch' -l convert -d 'Convert a picture to the format that its name says'
complete -c krea -n '__krea_at krea batch' -l no-original -d 'With --convert: leave no NAME.original.EXT beside it'
complete -c krea -n '__krea_at krea batch' -l on-end -x -a '(__fish_complete_command)' -d 'Run COMMAND at the end, without a shell'
complete -c krea -n '__krea_at krea batch' -l profile -x -d 'Use the stored login NAME'
complete -c krea -n '__krea_at krea batch' -l token-file -r -F -d 'Read the token from FILE'
complete -c krea -n '__krea_at krea batch' -l json -d 'JSON lines instead of text, for input and output'
complete -c krea -n '__krea_at krea batch' -l quiet -s q -d 'No progress, no remarks'
complete -c krea -n '__krea_at krea batch' -l verbose -s v -d 'Each request and its time on stderr'
complete -c krea -n '__krea_at krea batch' -l color -x -a 'auto always never' -d 'Colours: never, or always, which draws tables in a pipe as well'
complete -c krea -n '__krea_at krea batch' -l help -s h -d 'Show this help and exit'
complete -c krea -n '__krea_at krea batch' -F

# krea cancel
complete -c krea -n '__krea_at krea cancel' -l batch -r -F -d 'Cancel what runs of this list, and end its krea batch'
complete -c krea -n '__krea_at krea cancel' -l profile -x -d 'Use the stored login NAME'
complete -c krea -n '__krea_at krea cancel' -l token-file -r -F -d 'Read the token from FILE'
complete -c krea -n '__krea_at krea cancel' -l json -d 'JSON lines instead of text, for input and output'
complete -c krea -n '__krea_at krea cancel' -l quiet -s q -d 'No progress, no remarks'
complete -c krea -n '__krea_at krea cancel' -l verbose -s v -d 'Each request and its time on stderr'
complete -c krea -n '__krea_at krea cancel' -l color -x -a 'auto always never' -d 'Colours: never, or always, which draws tables in a pipe as well'
complete -c krea -n '__krea_at krea cancel' -l help -s h -d 'Show this help and exit'

# krea history
complete -c krea -n '__krea_at krea history' -l model -s m -x -a '(__krea_models)' -d 'Only requests to models with NAME in the id'
complete -c krea -n '__krea_at krea history' -l status -x -a 'saved completed failed cancelled refused empty checked sending submitted unknown unfound forgotten backlogged queued scheduled processing sampling intermediate-complete replaced changed deleted' -d 'Only this status: saved, failed, unknown, processing, …'
complete -c krea -n '__krea_at krea history' -l since -x -d 'Only those since: 7d, 12h, yesterday, monday, 2026-11-01'
complete -c krea -n '__krea_at krea history' -l unfinished -d 'Only requests that run, are not saved, or are in doubt'
complete -c krea -n '__krea_at krea history' -l limit -x -d 'At most COUNT requests, the newest'
complete -c krea -n '__krea_at krea history' -l erase -d 'Erase text and recipes of the requests that match'
complete -c krea -n '__krea_at krea history' -l yes -d 'Ask no question'
complete -c krea -n '__krea_at krea history' -l profile -x -d 'Use the stored login NAME'
complete -c krea -n '__krea_at krea history' -l token-file -r -F -d 'Read the token from FILE'
complete -c krea -n '__krea_at krea history' -l json -d 'JSON lines instead of text, for input and output'
complete -c krea -n '__krea_at krea history' -l quiet -s q -d 'No progress, no remarks'
complete -c krea -n '__krea_at krea history' -l verbose -s v -d 'Each request and its time on stderr'
complete -c krea -n '__krea_at krea history' -l color -x -a 'auto always never' -d 'Colours: never, or always, which draws tables in a pipe as well'
complete -c krea -n '__krea_at krea history' -l help -s h -d 'Show this help and exit'
complete -c krea -n '__krea_at krea history' -F

# krea spend
complete -c krea -n '__krea_at krea spend' -l since -x -d 'From this time on: 30d, 12h, yesterday, monday, or 2026-11-01'
complete -c krea -n '__krea_at krea spend' -l by -x -a 'day model batch profile tag' -d 'A line for each day, model, batch, profile or tag, then the sum'
complete -c krea -n '__krea_at krea spend' -l csv -d 'A table with headings, for spreadsheets'
complete -c krea -n '__krea_at krea spend' -l profile -x -d 'Use the stored login NAME'
complete -c krea -n '__krea_at krea spend' -l json -d 'JSON lines instead of text, for input and output'
complete -c krea -n '__krea_at krea spend' -l quiet -s q -d 'No progress, no remarks'
complete -c krea -n '__krea_at krea spend' -l verbose -s v -d 'Each request and its time on stderr'
complete -c krea -n '__krea_at krea spend' -l color -x -a 'auto always never' -d 'Colours: never, or always, which draws tables in a pipe as well'
complete -c krea -n '__krea_at krea spend' -l help -s h -d 'Show this help and exit'

# krea recover
complete -c krea -n '__krea_at krea recover' -l adopt -x -d 'Take JOB as the job of request ROW'
complete -c krea -n '__krea_at krea recover' -l resubmit -x -d 'Send request ROW again, and pay again'
complete -c krea -n '__krea_at krea recover' -l forget -x -d 'Stop looking for the job of request ROW'
complete -c krea -n '__krea_at krea recover' -l older -x -d 'With `all`: the requests sent longer ago than TIME, such as 15m'
complete -c krea -n '__krea_at krea recover' -l assume-price -x -d 'The price to assume where the price is unknown'
complete -c krea -n '__krea_at krea recover' -l yes -d 'Ask no question'
complete -c krea -n '__krea_at krea recover' -l profile -x -d 'Use the stored login NAME'
complete -c krea -n '__krea_at krea recover' -l token-file -r -F -d 'Read the token from FILE'
complete -c krea -n '__krea_at krea recover' -l json -d 'JSON lines instead of text, for input and output'
complete -c krea -n '__krea_at krea recover' -l quiet -s q -d 'No progress, no remarks'
complete -c krea -n '__krea_at krea recover' -l verbose -s v -d 'Each request and its time on stderr'
complete -c krea -n '__krea_at krea recover' -l color -x -a 'auto always never' -d 'Colours: never, or always, which draws tables in a pipe as well'
complete -c krea -n '__krea_at krea recover' -l help -s h -d 'Show this help and exit'

# krea verify
complete -c krea -n '__krea_at krea verify' -l repair -d 'Put back what is missing or changed'
complete -c krea -n '__krea_at krea verify' -l force -d 'With --repair: replace changed files'
complete -c krea -n '__krea_at krea verify' -l profile -x -d 'Use the stored login NAME'
complete -c krea -n '__krea_at krea verify' -l token-file -r -F -d 'Read the token from FILE'
complete -c krea -n '__krea_at krea verify' -l json -d 'JSON lines instead of text, for input and output'
complete -c krea -n '__krea_at krea verify' -l quiet -s q -d 'No progress, no remarks'
complete -c krea -n '__krea_at krea verify' -l verbose -s v -d 'Each request and its time on stderr'
complete -c krea -n '__krea_at krea verify' -l color -x -a 'auto always never' -d 'Colours: never, or always, which draws tables in a pipe as well'
complete -c krea -n '__krea_at krea verify' -l help -s h -d 'Show this help and exit'
complete -c krea -n '__krea_at krea verify' -F

# krea models
complete -c krea -n '__krea_at krea models' -l kind -x -a 'image enhance video 3d audio' -d 'Only image, video, 3d, …'
complete -c krea -n '__krea_at krea models' -l takes -x -d 'Only those that take text, image, video, audio'
complete -c krea -n '__krea_at krea models' -l with -x -d 'Only those with this field'
complete -c krea -n '__krea_at krea models' -l max-price -x -d 'Only those whose cheapest job costs no more'
complete -c krea -n '__krea_at krea models' -l sort -x -d 'By price, time or name'
complete -c krea -n '__krea_at krea models' -l refresh -d 'Ask the service, and print what changed'
complete -c krea -n '__krea_at krea models' -l json -d 'JSON lines instead of text, for input and output'
complete -c krea -n '__krea_at krea models' -l quiet -s q -d 'No progress, no remarks'
complete -c krea -n '__krea_at krea models' -l verbose -s v -d 'Each request and its time on stderr'
complete -c krea -n '__krea_at krea models' -l color -x -a 'auto always never' -d 'Colours: never, or always, which draws tables in a pipe as well'
complete -c krea -n '__krea_at krea models' -l help -s h -d 'Show this help and exit'

# krea doctor
complete -c krea -n '__krea_at krea doctor' -l repair -d 'Set a damaged ledger aside, so that a new one is made'
complete -c krea -n '__krea_at krea doctor' -l profile -x -d 'Use the stored login NAME'
complete -c krea -n '__krea_at krea doctor' -l token-file -r -F -d 'Read the token from FILE'
complete -c krea -n '__krea_at krea doctor' -l json -d 'JSON lines instead of text, for input and output'
complete -c krea -n '__krea_at krea doctor' -l quiet -s q -d 'No progress, no remarks'
complete -c krea -n '__krea_at krea doctor' -l verbose -s v -d 'Each request and its time on stderr'
complete -c krea -n '__krea_at krea doctor' -l color -x -a 'auto always never' -d 'Colours: never, or always, which draws tables in a pipe as well'
complete -c krea -n '__krea_at krea doctor' -l help -s h -d 'Show this help and exit'

# krea completion
complete -c krea -n '__krea_at krea completion' -l color -x -a 'auto always never' -d 'Colours: never, or always, which draws tables in a pipe as well'
complete -c krea -n '__krea_at krea completion' -l help -s h -d 'Show this help and exit'
complete -c krea -n '__krea_at krea completion; and not __fish_seen_subcommand_from bash zsh fish' -a 'bash zsh fish'

# krea sandbox
complete -c krea -n '__krea_at krea sandbox' -l speed -x -d 'Jobs run N times faster than in reality'
complete -c krea -n '__krea_at krea sandbox' -l seconds -x -d 'Seconds of a job, instead of the model\'s usual time'
complete -c krea -n '__krea_at krea sandbox' -l seed -x -d 'Make ids, times and faults repeatable'
complete -c krea -n '__krea_at krea sandbox' -l concurrency -x -d 'Jobs that run at once'
complete -c krea -n '__krea_at krea sandbox' -l backlog -x -d 'Jobs that may wait'
complete -c krea -n '__krea_at krea sandbox' -l openapi -r -F -d 'Serve the models of this document'
complete -c krea -n '__krea_at krea sandbox' -l fault -x -a 'reset-before reset-after late 401 402 402-plan 403 410 422 429 429-after 500 503 503-after 524 524-before garbage empty-body slow-submit deprecated strangers fresh-404 list-lag list-empty odd-status poll-500 poll-reset cut slow download-403 download-404 download-500 no-length' -d 'Inject a fault'
complete -c krea -n '__krea_at krea sandbox' -l port -x -d 'The port of the API'
complete -c krea -n '__krea_at krea sandbox' -l color -x -a 'auto always never' -d 'Colours: never, or always, which draws tables in a pipe as well'
complete -c krea -n '__krea_at krea sandbox' -l help -s h -d 'Show this help and exit'
complete -c krea -n '__krea_at krea sandbox' -a '(__fish_complete_command)'
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
complete -c krea -n '__krea_at krea auth login' -l profile -x -d 'Use the stored login NAME'
complete -c krea -n '__krea_at krea auth login' -l json -d 'JSON lines instead of text, for input and output'
complete -c krea -n '__krea_at krea auth login' -l quiet -s q -d 'No progress, no remarks'
complete -c krea -n '__krea_at krea auth login' -l verbose -s v -d 'Each request and its time on stderr'
complete -c krea -n '__krea_at krea auth login' -l color -x -a 'auto always never' -d 'Colours: never, or always, which draws tables in a pipe as well'
complete -c krea -n '__krea_at krea auth login' -l help -s h -d 'Show this help and exit'

# krea auth status
complete -c krea -n '__krea_at krea auth status' -l profile -x -d 'Use the stored login NAME'
complete -c krea -n '__krea_at krea auth status' -l token-file -r -F -d 'Read the token from FILE'
complete -c krea -n '__krea_at krea auth status' -l json -d 'JSON lines instead of text, for input and output'
complete -c krea -n '__krea_at krea auth status' -l quiet -s q -d 'No progress, no remarks'
complete -c krea -n '__krea_at krea auth status' -l verbose -s v -d 'Each request and its time on stderr'
complete -c krea -n '__krea_at krea auth status' -l color -x -a 'auto always never' -d 'Colours: never, or always, which draws tables in a pipe as well'
complete -c krea -n '__krea_at krea auth status' -l help -s h -d 'Show this help and exit'

# krea auth same-account
complete -c krea -n '__krea_at krea auth same-account' -l profile -x -d 'Use the stored login NAME'
complete -c krea -n '__krea_at krea auth same-account' -l token-file -r -F -d 'Read the token from FILE'
complete -c krea -n '__krea_at krea auth same-account' -l json -d 'JSON lines instead of text, for input and output'
complete -c krea -n '__krea_at krea auth same-account' -l quiet -s q -d 'No progress, no remarks'
complete -c krea -n '__krea_at krea auth same-account' -l verbose -s v -d 'Each request and its time on stderr'
complete -c krea -n '__krea_at krea auth same-account' -l color -x -a 'auto always never' -d 'Colours: never, or always, which draws tables in a pipe as well'
complete -c krea -n '__krea_at krea auth same-account' -l help -s h -d 'Show this help and exit'

# krea auth other-account
complete -c krea -n '__krea_at krea auth other-account' -l profile -x -d 'Use the stored login NAME'
complete -c krea -n '__krea_at krea auth other-account' -l token-file -r -F -d 'Read the token from FILE'
complete -c krea -n '__krea_at krea auth other-account' -l json -d 'JSON lines instead of text, for input and output'
complete -c krea -n '__krea_at krea auth other-account' -l quiet -s q -d 'No progress, no remarks'
complete -c krea -n '__krea_at krea auth other-account' -l verbose -s v -d 'Each request and its time on stderr'
complete -c krea -n '__krea_at krea auth other-account' -l color -x -a 'auto always never' -d 'Colours: never, or always, which draws tables in a pipe as well'
complete -c krea -n '__krea_at krea auth other-account' -l help -s h -d 'Show this help and exit'

# krea auth logout
complete -c krea -n '__krea_at krea auth logout' -l profile -x -d 'Use the stored login NAME'
complete -c krea -n '__krea_at krea auth logout' -l json -d 'JSON lines instead of text, for input and output'
complete -c krea -n '__krea_at krea auth logout' -l quiet -s q -d 'No progress, no remarks'
complete -c krea -n '__krea_at krea auth logout' -l verbose -s v -d 'Each request and its time on stderr'
complete -c krea -n '__krea_at krea auth logout' -l color -x -a 'auto always never' -d 'Colours: never, or always, which draws tables in a pipe as well'
complete -c krea -n '__krea_at krea auth logout' -l help -s h -d 'Show this help and exit'

# krea preset
complete -c krea -n '__krea_at krea preset' -a save -d 'Save the model and the values of an earlier request.'
complete -c krea -n '__krea_at krea preset' -a list -d 'List every preset with its model, its values and its file.'
complete -c krea -n '__krea_at krea preset' -a show -d 'Print one preset, a value a line, as krea.toml has it.'
complete -c krea -n '__krea_at krea preset' -a delete -d 'Delete one preset.'
complete -c krea -n '__krea_at krea preset' -l help -s h -d 'Show this help and exit'

# krea preset save
complete -c krea -n '__krea_at krea preset save' -l like -r -F -d 'A file or request with the model and the values'
complete -c krea -n '__krea_at krea preset save' -l project -d 'In krea.toml, not in the settings'
complete -c krea -n '__krea_at krea preset save' -l force -d 'Replace the preset of that name'
complete -c krea -n '__krea_at krea preset save' -l profile -x -d 'Use the stored login NAME'
complete -c krea -n '__krea_at krea preset save' -l token-file -r -F -d 'Read the token from FILE'
complete -c krea -n '__krea_at krea preset save' -l json -d 'JSON lines instead of text, for input and output'
complete -c krea -n '__krea_at krea preset save' -l quiet -s q -d 'No progress, no remarks'
complete -c krea -n '__krea_at krea preset save' -l verbose -s v -d 'Each request and its time on stderr'
complete -c krea -n '__krea_at krea preset save' -l color -x -a 'auto always never' -d 'Colours: never, or always, which draws tables in a pipe as well'
complete -c krea -n '__krea_at krea preset save' -l help -s h -d 'Show this help and exit'

# krea preset list
complete -c krea -n '__krea_at krea preset list' -l json -d 'JSON lines instead of text, for input and output'
complete -c krea -n '__krea_at krea preset list' -l quiet -s q -d 'No progress, no remarks'
complete -c krea -n '__krea_at krea preset list' -l verbose -s v -d 'Each request and its time on stderr'
complete -c krea -n '__krea_at krea preset list' -l color -x -a 'auto always never' -d 'Colours: never, or always, which draws tables in a pipe as well'
complete -c krea -n '__krea_at krea preset list' -l help -s h -d 'Show this help and exit'

# krea preset show
complete -c krea -n '__krea_at krea preset show' -l json -d 'JSON lines instead of text, for input and output'
complete -c krea -n '__krea_at krea preset show' -l quiet -s q -d 'No progress, no remarks'
complete -c krea -n '__krea_at krea preset show' -l verbose -s v -d 'Each request and its time on stderr'
complete -c krea -n '__krea_at krea preset show' -l color -x -a 'auto always never' -d 'Colours: never, or always, which draws tables in a pipe as well'
complete -c krea -n '__krea_at krea preset show' -l help -s h -d 'Show this help and exit'

# krea preset delete
complete -c krea -n '__krea_at krea preset delete' -l project -d 'In krea.toml, not in the settings'
complete -c krea -n '__krea_at krea preset delete' -l json -d 'JSON lines instead of text, for input and output'
complete -c krea -n '__krea_at krea preset delete' -l quiet -s q -d 'No progress, no remarks'
complete -c krea -n '__krea_at krea preset delete' -l verbose -s v -d 'Each request and its time on stderr'
complete -c krea -n '__krea_at krea preset delete' -l color -x -a 'auto always never' -d 'Colours: never, or always, which draws tables in a pipe as well'
complete -c krea -n '__krea_at krea preset delete' -l help -s h -d 'Show this help and exit'

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
complete -c krea -n '__krea_at krea config get' -l color -x -a 'auto always never' -d 'Colours: never, or always, which draws tables in a pipe as well'
complete -c krea -n '__krea_at krea config get' -l help -s h -d 'Show this help and exit'
complete -c krea -n '__krea_at krea config get; and not __fish_seen_subcommand_from model.default api.base account.shared budget.day budget.month confirm.above price.assume history.keep ledger.name submit.parallel output.folder output.template vary.folder terminal.notify timeout.image timeout.other' -a 'model.default api.base account.shared budget.day budget.month confirm.above price.assume history.keep ledger.name submit.parallel output.folder output.template vary.folder terminal.notify timeout.image timeout.other'

# krea config set
complete -c krea -n '__krea_at krea config set' -l json -d 'JSON lines instead of text, for input and output'
complete -c krea -n '__krea_at krea config set' -l quiet -s q -d 'No progress, no remarks'
complete -c krea -n '__krea_at krea config set' -l verbose -s v -d 'Each request and its time on stderr'
complete -c krea -n '__krea_at krea config set' -l color -x -a 'auto always never' -d 'Colours: never, or always, which draws tables in a pipe as well'
complete -c krea -n '__krea_at krea config set' -l help -s h -d 'Show this help and exit'
complete -c krea -n '__krea_at krea config set; and not __fish_seen_subcommand_from model.default api.base account.shared budget.day budget.month confirm.above price.assume history.keep ledger.name submit.parallel output.folder output.template vary.folder terminal.notify timeout.image timeout.other' -a 'model.default api.base account.shared budget.day budget.month confirm.above price.assume history.keep ledger.name submit.parallel output.folder output.template vary.folder terminal.notify timeout.image timeout.other'
complete -c krea -n '__krea_at krea config set; and contains -- (commandline -opc)[-1] model.default' -a '(__krea_models)'

# krea config unset
complete -c krea -n '__krea_at krea config unset' -l json -d 'JSON lines instead of text, for input and output'
complete -c krea -n '__krea_at krea config unset' -l quiet -s q -d 'No progress, no remarks'
complete -c krea -n '__krea_at krea config unset' -l verbose -s v -d 'Each request and its time on stderr'
complete -c krea -n '__krea_at krea config unset' -l color -x -a 'auto always never' -d 'Colours: never, or always, which draws tables in a pipe as well'
complete -c krea -n '__krea_at krea config unset' -l help -s h -d 'Show this help and exit'
complete -c krea -n '__krea_at krea config unset; and not __fish_seen_subcommand_from model.default api.base account.shared budget.day budget.month confirm.above price.assume history.keep ledger.name submit.parallel output.folder output.template vary.folder terminal.notify timeout.image timeout.other' -a 'model.default api.base account.shared budget.day budget.month confirm.above price.assume history.keep ledger.name submit.parallel output.folder output.template vary.folder terminal.notify timeout.image timeout.other'

# krea config list
complete -c krea -n '__krea_at krea config list' -l json -d 'JSON lines instead of text, for input and output'
complete -c krea -n '__krea_at krea config list' -l quiet -s q -d 'No progress, no remarks'
complete -c krea -n '__krea_at krea config list' -l verbose -s v -d 'Each request and its time on stderr'
complete -c krea -n '__krea_at krea config list' -l color -x -a 'auto always never' -d 'Colours: never, or always, which draws tables in a pipe as well'
complete -c krea -n '__krea_at krea config list' -l help -s h -d 'Show this help and exit'

# krea config edit
complete -c krea -n '__krea_at krea config edit' -l quiet -s q -d 'No progress, no remarks'
complete -c krea -n '__krea_at krea config edit' -l verbose -s v -d 'Each request and its time on stderr'
complete -c krea -n '__krea_at krea config edit' -l color -x -a 'auto always never' -d 'Colours: never, or always, which draws tables in a pipe as well'
complete -c krea -n '__krea_at krea config edit' -l help -s h -d 'Show this help and exit'

# krea config path
complete -c krea -n '__krea_at krea config path' -l json -d 'JSON lines instead of text, for input and output'
complete -c krea -n '__krea_at krea config path' -l quiet -s q -d 'No progress, no remarks'
complete -c krea -n '__krea_at krea config path' -l verbose -s v -d 'Each request and its time on stderr'
complete -c krea -n '__krea_at krea config path' -l color -x -a 'auto always never' -d 'Colours: never, or always, which draws tables in a pipe as well'
complete -c krea -n '__krea_at krea config path' -l help -s h -d 'Show this help and exit'
