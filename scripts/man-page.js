// Writes the manual page meshctl(1) from oclif.manifest.json: node scripts/man-page.js FILE
import {readFileSync, writeFileSync} from 'node:fs'
import {fileURLToPath} from 'node:url'

/** Text of a manual page: backslashes and dashes kept, no line begins with a request (groff(7)), and nothing a terminal of ASCII cannot show. */
function escaped(text) {
  return text
    .replaceAll('…', '...')
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replace(/^(?=[.'])/gm, '\\&')
}

/** A text of the manifest with oclif's placeholders filled in. */
function plain(text, id) {
  return text
    .replaceAll('<%= config.bin %>', 'meshctl')
    .replaceAll('<%= command.id %>', id.replaceAll(':', ' '))
    .replace(/\s+/g, ' ')
}

function flagLines({name, char, type, helpValue, description = '', options}) {
  const value = type === 'option' ? ` ${helpValue ?? (options?.join('|') || 'VALUE')}` : ''
  const names = [...(char === undefined ? [] : [`-${char}`]), `--${name}`].map(each => `\\fB${escaped(each)}\\fR`)
  return ['.TP', `${names.join(', ')}${escaped(value)}`, escaped(description)]
}

function commandLines({id, summary = '', description, usage, args, flags, examples}, common) {
  const own = Object.values(flags).filter(flag => flag.hidden !== true && !common.has(flag.name))
  return [
    `.SS "${escaped(`meshctl ${id.replaceAll(':', ' ')}`)}"`,
    escaped(plain(summary, id)),
    ...(description === undefined ? [] : ['.PP', escaped(plain(description, id))]),
    '.PP',
    `\\fBmeshctl\\fR ${escaped(plain([usage].flat()[0] ?? id, id))}`,
    ...Object.values(args ?? {}).flatMap(arg => [
      '.TP',
      `\\fI${arg.name.toUpperCase()}\\fR`,
      escaped(arg.description ?? ''),
    ]),
    ...own.flatMap(flagLines),
    ...(examples ?? []).flatMap(example => [
      '.PP',
      '.EX',
      escaped(plain(String(example.command ?? example), id)),
      '.EE',
    ]),
  ]
}

/** The manual page of the program that a manifest describes. */
export function manPage({version, commands}) {
  const shown = Object.values(commands).filter(command => command.hidden !== true)
  const [first] = shown
  const everywhere = Object.values(first.flags).filter(
    flag => flag.hidden !== true && shown.every(({flags}) => flags[flag.name]?.description === flag.description),
  )
  const common = new Set(everywhere.map(({name}) => name))
  return `${[
    `.TH MESHCTL 1 "" "meshctl ${version}" "User Commands"`,
    '.SH NAME',
    escaped('meshctl - find out why an Istio/Envoy service mesh misbehaves'),
    '.SH SYNOPSIS',
    '\\fBmeshctl\\fR \\fICOMMAND\\fR [\\fIARGUMENT\\fR...] [\\fIFLAG\\fR...]',
    '.SH COMMANDS',
    ...shown.sort((a, b) => (a.id < b.id ? -1 : 1)).flatMap(command => commandLines(command, common)),
    '.SH COMMON FLAGS',
    ...everywhere.flatMap(flagLines),
    '.SH EXIT STATUS',
    ...[
      ['0', 'nothing is wrong'],
      ['1', 'there are findings'],
      ['2', 'there is no answer'],
      ['3', 'nothing was found, but something could not be read'],
    ].flatMap(([code, meaning]) => ['.TP', code, meaning]),
  ].join('\n')}\n`
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [, , file] = process.argv
  if (file === undefined) throw new Error('usage: node scripts/man-page.js FILE')
  const manifest = new URL('../oclif.manifest.json', import.meta.url)
  writeFileSync(file, manPage(JSON.parse(readFileSync(manifest, 'utf8'))))
}
