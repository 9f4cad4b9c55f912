/** A command by one of its names, words joined by colons: its own name, the unit that holds it, and if it takes arguments. */
export type CommandTable = Readonly<
  Record<string, {readonly id: string; readonly unit: string; readonly takesArguments: boolean}>
>

/** The command a line names and how many of its words name it. */
interface NamedCommand {
  readonly name: string
  readonly words: number
}

const HELP = ['--help', '-h']

function asksForHelp(argv: readonly string[]): boolean {
  const end = argv.indexOf('--')
  return (end < 0 ? argv : argv.slice(0, end)).some(word => HELP.includes(word))
}

/** `describe deploy/web` as kubectl spells it: the command for the kind before the slash, which every word but a Service's leaves to pods. */
function describedObject(leading: readonly string[], commands: CommandTable): NamedCommand | undefined {
  const words = leading.findIndex(word => word.includes('/'))
  if (words < 1 || leading[words - 1] !== 'describe' || words !== leading.length - 1) return undefined
  const question = /^(?:svc|services?)\//.test(leading[words] ?? '') ? 'service' : 'pod'
  const name = [...leading.slice(0, words), question].join(':')
  return Object.hasOwn(commands, name) ? {name, words} : undefined
}

/** The command that the first words of a line name; undefined for help, for no command and for a word too many, which oclif answers. */
export function namedCommand(argv: readonly string[], commands: CommandTable): NamedCommand | undefined {
  if (asksForHelp(argv)) return undefined
  const flag = argv.findIndex(word => word.startsWith('-') || word.includes('='))
  const leading = flag < 0 ? argv : argv.slice(0, flag)
  for (let words = leading.length; words > 0; words--) {
    const name = leading.slice(0, words).join(':')
    if (!Object.hasOwn(commands, name)) continue
    return words < leading.length && commands[name]?.takesArguments !== true ? undefined : {name, words}
  }
  return describedObject(leading, commands)
}
