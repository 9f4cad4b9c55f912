import {flagNamed, type Surface} from './surface.js'

/** Flags that oclif itself answers wherever they stand. */
const ANSWERED_FIRST = ['--help', '-h', '--version', '-V']

/**
 * A command line whose flags stand before the command (`-n demo check`), with these flags behind it, as kubectl and istioctl accept them; one that
 * begins with a word stays as it is.
 */
export function withLeadingFlagsBehind(argv: readonly string[], surface: Surface): readonly string[] {
  const flags = surface.commands.flatMap(command => command.flags)
  let at = 0
  while (at < argv.length) {
    const word = argv[at] ?? ''
    if (!word.startsWith('-') || word === '-' || word === '--' || ANSWERED_FIRST.includes(word)) break
    const takesNext = !word.includes('=') && flagNamed(word, flags)?.takesValue === true
    at += takesNext ? 2 : 1
  }
  const rest = argv.slice(at)
  if (at === 0 || rest.length === 0) return argv
  const end = rest.indexOf('--')
  const line = end < 0 ? rest : rest.slice(0, end)
  return [...line, ...argv.slice(0, at), ...(end < 0 ? [] : rest.slice(end))]
}
