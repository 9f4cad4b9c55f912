/**
 * Patterns that by their automaton may need more than linear time, and why they do no harm.
 *
 * `tail`: the pattern is applied to one line, or has the flag `s`, so its end (`.*$` and the like) matches whatever is there and nothing is tried
 * again; `patterns.test.ts` takes the end away and holds that the rest is linear. Every other reason names what bounds the text it is applied to.
 */
export const SEEN: ReadonlyMap<string, string> = new Map([
  [String.raw`/%.*$/`, 'tail'],
  [String.raw`/^([^:]+):\/\/([^/?#]*)(.*)$/s`, 'tail'],
  [String.raw`/[/?].*$/s`, 'tail'],
  [String.raw`/(?:^|\s)(Warning|Normal)\s+([A-Z][A-Za-z]+)\s+(.*)$/`, 'tail'],
  [String.raw`/[:@].*$/`, 'tail'],
  [String.raw`/[?#].*$/s`, 'tail'],
  [String.raw`/[A-Za-z0-9\-_=.].*$/s`, 'tail'],
  [String.raw`/[[{(].*$/s`, 'tail'],
  [String.raw`/\?.*$/s`, 'tail'],
  [String.raw`/\[.*$/`, 'tail'],
  [String.raw`/\r?\n\r?\n([\s\S]*)$/`, 'tail'],
  [String.raw`/^(Name|Type|Members):\s*(.*)$/`, 'tail'],
  [String.raw`/^([^!<>=]+)([!<>=]+)([\s\S]+)$/`, 'tail'],
  [String.raw`/^([^:=\s]+)\s*[:=]\s*(.*)$/s`, 'tail'],
  [String.raw`/^(\d+):\s+(.*)$/`, 'tail'],
  [String.raw`/^\s+(Normal|Warning)\s+(\S+)\s+(?:<\w+>|\d\S*)(?: \(x\d+ over \S+\))?\s+(.*)$/`, 'tail'],
  [String.raw`/^(?:\S+(?:, \S+)?)\s{2,}(.*)$/`, 'tail'],
  [String.raw`/^(\s*)([A-Z][A-Za-z -]{1,30}|[a-z0-9][a-z0-9.-]{0,62}):(?:\s+(.*))?$/`, 'tail'],
  [String.raw`/^(envoy [\w ]+?|\S{1,80})(\t|\s{2,})(\S.*)$/`, 'tail'],
  [String.raw`/^\s*(?:(tcp|udp)\s+)?(LISTEN|UNCONN)\s+(\d+)\s+(\d+)\s+(\S+)\s+(\S+:\*)(?:\s+(.*))?$/`, 'tail'],
  [String.raw`/^\s*([^:\s]+):\s*(.*)$/`, 'tail'],
  [String.raw`/^([^=!\s]+)\s*(==|=|!=)\s*(.*)$/`, 'tail'],
  [
    String.raw`/failed calling (?:admission )?webhook "\S*validation\S*istio\S*".*(connection refused|no endpoints available|not found|no such host|EOF)/i`,
    'a message of a log, of which 4,096 characters are looked at',
  ],
  [
    String.raw`/failed calling (?:admission )?webhook "\S*validation\S*istio\S*".*(context deadline exceeded|i\/o timeout|Client\.Timeout)/i`,
    'a message of a log, of which 4,096 characters are looked at',
  ],
  [
    String.raw`/(config stream|stream|discovery request|DeltaAggregatedResources|StreamAggregatedResources).*(closed|terminated|failed|error)?.*(code = Unauthenticated|Unauthenticated, authentication failure|closed: 16)/i`,
    'a message of a log, of which 4,096 characters are looked at',
  ],
  [
    String.raw`/lookup istiod\S*.*(no such host|server misbehaving|i\/o timeout)|(istio-pilot|istiod)\S*: no such host/i`,
    'a message of a log, of which 4,096 characters are looked at',
  ],
  [String.raw`/ \S*\.\S* | -n | -A/`, 'a command line that is suggested, of names of at most 253 characters'],
  [String.raw`/(?:^|\s)(\d+)\/(.*?)\s*$/`, 'a row of sockets, at most 4,096 characters (MAX_LINE of formats/sockets)'],
  [
    String.raw`/^(\S+)\s+(\d+)\s+(\S+)\s+\d+\w*\s+IPv([46])\s+\S+\s+\S+\s+(TCP|UDP)\s+(\S+)(?:\s+\(([A-Z_0-9]+)\))?\s*$/`,
    'a row of sockets, at most 4,096 characters (MAX_LINE of formats/sockets)',
  ],
  [
    String.raw`/^\S+\s+\d+\s+\S+\s+\d+\w*\s+IPv[46]\s/`,
    'a row of sockets, at most 4,096 characters (MAX_LINE of formats/sockets)',
  ],
  [
    String.raw`/^\s*(tcp|udp)(6|46)?\s+\d+\s+(?:\d+\s+)?(\S*[:.]\S+)\s+(\S+)(?:\s+(.*))?$/`,
    'a row of sockets, at most 4,096 characters (MAX_LINE of formats/sockets)',
  ],
])
