// The pages of docs/commands as text, from oclif's manifest: what each command is for, its usage, examples and flags.

/** Help groups of flags in the order a reader needs them. */
const GROUPS = [undefined, 'SOURCE', 'OUTPUT', 'CLUSTER']
const TITLES = {SOURCE: 'Where to read from', OUTPUT: 'Output', CLUSTER: 'Cluster'}
const BIN = '<%= config.bin %>'

/** Pages that say more about a command, by its first word or its words. */
const MORE = {
  analyze: '../analyze.md',
  authz: '../policy.md',
  capture: '../bundle.md',
  certs: '../policy.md',
  check: '../check.md',
  describe: '../describe.md',
  diff: '../control-plane.md',
  mtls: '../policy.md',
  net: '../without-kubernetes.md',
  packet: '../packet-cases.md',
  precheck: '../precheck.md',
  'proxy-config': '../istioctl-differences.md',
  'proxy-status': '../control-plane.md',
  read: '../inputs.md',
  rules: '../rules.md',
  runbook: '../runbooks/README.md',
  serve: '../serve.md',
  snapshot: '../snapshots.md',
  trace: '../trace.md',
  errors: '../trace.md',
  probe: '../trace.md',
  verify: '../trace.md',
  'what-if': '../what-if.md',
}

const words = text => text.replaceAll(BIN, 'meshctl')
/** Text in a cell of a table, or where HTML would be read. */
const cell = text =>
  words(text)
    .replaceAll('|', '\\|')
    .replaceAll('<', '&lt;')
    .replace(/\s*\n\s*/g, ' ')

function spelling({name, char, type, multiple, helpValue, options}) {
  const value = type === 'boolean' ? '' : ` ${options?.join('|') ?? helpValue ?? 'VALUE'}`
  return `\`${char === undefined ? '' : `-${char}, `}--${name}${value}\`${multiple ? ' (repeatable)' : ''}`
}

function meaning(flag) {
  const text = flag.summary ?? flag.description ?? ''
  const more = [
    typeof flag.default === 'string' || typeof flag.default === 'number' ? `default: ${flag.default}` : undefined,
    flag.env === undefined ? undefined : `environment: ${flag.env}`,
    flag.required ? 'required' : undefined,
  ].filter(each => each !== undefined)
  return cell(`${text}${more.length === 0 ? '' : ` (${more.join('; ')})`}`)
}

function flagTables(flags) {
  const shown = Object.values(flags ?? {}).filter(({hidden}) => hidden !== true)
  return GROUPS.flatMap(group => {
    const own = shown.filter(({helpGroup}) => helpGroup === group).sort((a, b) => (a.name < b.name ? -1 : 1))
    if (own.length === 0) return []
    const rows = own.map(flag => `| ${spelling(flag).replaceAll('|', '\\|')} | ${meaning(flag)} |`)
    return ['', `## ${TITLES[group] ?? 'Flags'}`, '', '| flag | meaning |', '|---|---|', ...rows]
  })
}

function exampleLines(examples) {
  if ((examples ?? []).length === 0) return []
  const lines = examples.flatMap((example, at) => {
    const {description, command} = typeof example === 'string' ? {command: example} : example
    return [...(at === 0 ? [] : ['']), ...(description === undefined ? [] : [`# ${description}`]), words(command)]
  })
  return ['', '## Examples', '', '```sh', ...lines, '```']
}

function argumentLines(args) {
  const all = Object.values(args ?? {}).filter(({hidden}) => hidden !== true)
  return all.length === 0
    ? []
    : ['', ...all.map(arg => `- \`${arg.name.toUpperCase()}\`: ${cell(arg.description ?? '')}`)]
}

/** What the command says of itself, without the address of this page. */
function descriptionLines({description = ''}) {
  const text = description.replace(/\n*Documentation: \S+$/, '')
  return text === '' ? [] : ['', words(text)]
}

function page(id, command) {
  const name = id.replaceAll(':', ' ')
  const aliases = [...(command.aliases ?? [])].map(alias => `\`meshctl ${alias.replaceAll(':', ' ')}\``)
  const usage = `meshctl ${words([command.usage ?? '<%= command.id %>'].flat()[0])
    .replaceAll('<%= command.id %>', name)
    .replaceAll(':', ' ')}`
  const more = MORE[name] ?? MORE[name.split(' ')[0]]
  return [
    `# meshctl ${name}`,
    '',
    `${words(command.summary)}.`,
    ...descriptionLines(command),
    '',
    `    ${usage}`,
    ...argumentLines(command.args),
    ...(aliases.length === 0 ? [] : ['', `Also: ${aliases.join(', ')}.`]),
    ...(more === undefined ? [] : ['', `More: [${more.replace('../', '')}](${more}).`]),
    ...exampleLines(command.examples),
    ...flagTables(command.flags),
    '',
    '[All commands](README.md) · [exit codes](../exit-codes.md) · [configuration](../configuration.md)',
    '',
  ].join('\n')
}

/** The name of a command's page. */
function fileOf(id) {
  return `${id.replaceAll(':', '-')}.md`
}

/** Every page by its file name, the index included. */
export function commandPages({commands}) {
  const shown = Object.entries(commands)
    .filter(([, {hidden}]) => hidden !== true)
    .sort(([a], [b]) => (a < b ? -1 : 1))
  const index = [
    '# Commands',
    '',
    'One page per command, as `meshctl COMMAND --help` shows it.',
    '',
    '| command | what it does |',
    '|---|---|',
    ...shown.map(([id, {summary}]) => `| [\`${id.replaceAll(':', ' ')}\`](${fileOf(id)}) | ${cell(summary)} |`),
    '',
  ]
  return [['README.md', index.join('\n')], ...shown.map(([id, command]) => [fileOf(id), page(id, command)])]
}
