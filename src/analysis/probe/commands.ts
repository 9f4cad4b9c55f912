/** A request to send from inside a pod. Everything in it is passed as an argument of its own, never as text of a script. */
export interface ProbeRequest {
  readonly scheme: 'http' | 'https'
  readonly host: string
  readonly port: number
  readonly path: string
  readonly method: string
  readonly headers: readonly (readonly [string, string])[]
}

/** Seconds a program waits for the answer. */
const PATIENCE = '10'

/** Bash's own connection (bash(1), REDIRECTION: /dev/tcp): host, port, method, path and head lines are positional arguments. */
const SCRIPT =
  'exec 3<>"/dev/tcp/$1/$2" || exit 7; method=$3; path=$4; shift 4; printf "%s %s HTTP/1.1\\r\\n" "$method" "$path" >&3; printf "%s\\r\\n" "$@" >&3; printf "connection: close\\r\\n\\r\\n" >&3; cat <&3'

function authority({host, port, scheme}: ProbeRequest): string {
  const bare = host.includes(':') ? `[${host}]` : host
  return port === (scheme === 'https' ? 443 : 80) ? bare : `${bare}:${port}`
}

/** The URL of a request. */
export function probeUrl(request: ProbeRequest): string {
  return `${request.scheme}://${authority(request)}${request.path}`
}

/** The programs that can send a request, in the order they are tried: curl(1), wget(1), bash(1) for plain HTTP. */
export function probeCommands(request: ProbeRequest): readonly (readonly string[])[] {
  const {method, headers, host, port, path, scheme} = request
  const url = probeUrl(request)
  const fields = headers.map(([name, value]) => `${name}: ${value}`)
  const head = method === 'HEAD'
  const curl = [
    'curl',
    '--silent',
    '--show-error',
    '--globoff',
    '--max-time',
    PATIENCE,
    ...(head ? ['--head'] : ['--include', '--request', method]),
    ...fields.flatMap(each => ['--header', each]),
    '--url',
    url,
  ]
  const plain = method === 'GET'
  const wget = ['wget', '-S', '-q', '-O', '-', '-T', PATIENCE, ...fields.map(each => `--header=${each}`), url]
  const named = headers.some(([name]) => name.toLowerCase() === 'host') ? [] : [`host: ${authority(request)}`]
  const bash = ['bash', '-c', SCRIPT, 'probe', host, String(port), method, path, ...named, ...fields]
  return [curl, ...(plain ? [wget] : []), ...(scheme === 'http' ? [bash] : [])]
}
