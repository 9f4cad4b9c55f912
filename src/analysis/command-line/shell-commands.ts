/** Programs that run another program given as their arguments, and shell keywords before one. */
const BEFORE = new Set(
  'until while if then do else elif ! time exec sudo env nohup command eval timeout xargs { nice stdbuf tini dumb-init --'.split(
    ' ',
  ),
)
const SHELLS = /^(sh|bash|ash|dash|zsh|ksh|busybox)$/
const SCRIPT_FLAG = /^-[a-z]*c$/
const ASSIGNMENT = /^[A-Za-z_]\w*=/
const NAME = /^[A-Za-z_]\w*$/

/** Characters of a script that are read. */
const MAX_SCRIPT = 100_000

/** The name of a program: the last part of its path. */
export function programName(word: string): string {
  return word.slice(word.lastIndexOf('/') + 1)
}

/** The words of each simple command of a shell script (POSIX, Shell Command Language): quotes are taken away, variables stay; what is substituted is a command of its own. */
function commandsOf(script: string): readonly (readonly string[])[] {
  const commands: string[][] = [[]]
  let word: string | undefined
  let quote = ''
  const endWord = () => {
    if (word !== undefined) commands.at(-1)?.push(word)
    word = undefined
  }
  const endCommand = () => {
    endWord()
    commands.push([])
  }
  const text = script.slice(0, MAX_SCRIPT)
  for (let at = 0; at < text.length; at += 1) {
    const each = text.charAt(at)
    if (quote === "'" && each !== "'") word = `${word ?? ''}${each}`
    else if (each === '\\') {
      at += 1
      if (text.charAt(at) !== '\n') word = `${word ?? ''}${text.charAt(at)}`
    } else if (each === '$' && text.charAt(at + 1) === '{') {
      const end = text.indexOf('}', at)
      const stop = end < 0 ? text.length : end
      word = `${word ?? ''}${text.slice(at, stop + 1)}`
      at = stop
    } else if (each === '$' && text.charAt(at + 1) === '(') {
      const end = text.indexOf(')', at)
      const inside = end < 0 ? '' : text.slice(at + 2, end)
      // $(NAME) is what the kubelet replaces; anything else is a command whose output is unknown.
      word = `${word ?? ''}${NAME.test(inside) ? `\${${inside}}` : '$()'}`
      if (NAME.test(inside)) at = end
      else {
        endCommand()
        at += 1
      }
    } else if (quote === '' && each === '#' && word === undefined) {
      const end = text.indexOf('\n', at)
      at = end < 0 ? text.length : end - 1
    } else if (each === quote) quote = ''
    else if (quote === '' && (each === '"' || each === "'")) {
      quote = each
      word ??= ''
    } else if (each === '`' || (quote === '' && /[;&|()\n]/.test(each))) endCommand()
    else if (quote === '' && /[\s<>]/.test(each)) endWord()
    else word = `${word ?? ''}${each}`
  }
  endWord()
  return commands.filter(words => words.length > 0)
}

/** Replaces `$NAME`, `${NAME}` and `${NAME:-default}` by known values; what is unknown stays. */
function expanded(word: string, known: ReadonlyMap<string, string>): string {
  return word
    .replaceAll(
      /\$\{([A-Za-z_]\w*)(?::?[-=]([^}]*)|:?\?[^}]*)?\}/g,
      (all, name: string, fallback?: string) => known.get(name) ?? fallback ?? all,
    )
    .replaceAll(/\$([A-Za-z_]\w*)/g, (all, name: string) => known.get(name) ?? all)
}

/** The simple commands a container runs, without wrappers and keywords; `variables` are those of its environment that are known. */
export function simpleCommands(
  argv: readonly string[],
  variables: Readonly<Record<string, string>>,
  depth = 0,
): readonly (readonly string[])[] {
  const known = new Map(Object.entries(variables))
  const [program = '', ...rest] = argv
  const script = SHELLS.test(programName(program))
    ? rest[rest.findIndex(word => SCRIPT_FLAG.test(word)) + 1]
    : undefined
  const isScript = script !== undefined && rest.some(word => SCRIPT_FLAG.test(word))
  const commands = isScript ? commandsOf(script) : [argv.map(word => word.replaceAll(/\$\((\w+)\)/g, '$${$1}'))]
  return commands.flatMap(words => {
    let at = 0
    while (at < words.length) {
      const word = words[at] ?? ''
      if (ASSIGNMENT.test(word)) {
        const [name = '', ...value] = word.split('=')
        known.set(name, expanded(value.join('='), known))
      } else if (word === 'export') {
        // Its assignments follow.
      } else if (!BEFORE.has(word) && !(at > 0 && /^(-\S*|\d+[smh]?)$/.test(word))) break
      at += 1
    }
    const own = words.slice(at).map(word => expanded(word, known))
    if (own.length === 0) return []
    const nested = depth < 3 && SHELLS.test(programName(own[0] ?? '')) && own.some(word => SCRIPT_FLAG.test(word))
    return nested ? simpleCommands(own, Object.fromEntries(known), depth + 1) : [own]
  })
}
