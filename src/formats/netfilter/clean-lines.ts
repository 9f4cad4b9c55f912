/** A line of a paste without what terminals, loggers, documents and chats put around it; `command` when a prompt stood before it. */
export interface CleanLine {
  readonly number: number
  readonly text: string
  readonly command?: true
}

const ANSI = /\u001b(?:\[[0-9;?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[@-Z\\-_])/g
const TIMESTAMP = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:?\d{2})\s+/
const ZAP_LEVEL = /^(?:debug|info|warn|warning|error|fatal)\t(?:[\w./-]+\t)?/i
const KLOG = /^[IWEF]\d{4} \d{2}:\d{2}:\d{2}\.\d{6}\s+\d+ [\w./-]+:\d+\] /
const PROMPT =
  /^(?:[\w.*~@:/-]{0,200}[$#%>]\s+|\+{1,3} )(?=(?:sudo\s+(?:-\S+\s+)*)?(?:\S*\/)?(?:ip6?tables|nft|kubectl|docker|nsenter|crictl|ip|ss|netstat|cat)\b)/
const TRAILING_COMMENT = /\s\/\/.*$/

function plainPunctuation(text: string): string {
  if (!/[\u00a0\u2010-\u2015\u2018-\u201f\u2212\u3000\ufeff]/.test(text)) return text
  return text
    .replace(/[\u00a0\u3000\ufeff]/g, ' ')
    .replace(/[\u2010-\u2015\u2212]/g, '-')
    .replace(/[\u2018\u2019\u201a\u201b]/g, "'")
    .replace(/[\u201c-\u201f]/g, '"')
}

/** A dash that an editor made of two hyphens: `–dport` was `--dport`, `–A` was `-A`. */
function mendDashes(text: string): string {
  return text
    .replace(/(^|\s)[\u2013\u2014](?=[a-zA-Z]{2})/g, '$1--')
    .replace(/(^|\s)[\u2013\u2014](?=[a-zA-Z])/g, '$1-')
}

function jsonMessage(text: string): string | undefined {
  if (!text.startsWith('{') || !text.includes('"msg"')) return undefined
  try {
    const entry: unknown = JSON.parse(text)
    const message = entry !== null && typeof entry === 'object' && 'msg' in entry ? entry.msg : undefined
    return typeof message === 'string' ? message : undefined
  } catch {
    return undefined
  }
}

function withoutLogPrefix(text: string): string {
  let rest = text.replace(TIMESTAMP, '')
  if (rest !== text) rest = rest.replace(TIMESTAMP, '')
  return rest.replace(ZAP_LEVEL, '').replace(KLOG, '')
}

/** A line that starts like a rule and has nothing but printable ASCII and no note behind it. */
const PLAIN_RULE = /^-[ -~]*$/

function cleanLine(number: number, raw: string): CleanLine | undefined {
  if (PLAIN_RULE.test(raw) && !raw.includes('//')) return {number, text: raw.trimEnd()}
  const dashed = /[\u2013\u2014]/.test(raw) ? mendDashes(raw) : raw
  const plain = plainPunctuation(dashed.includes('\u001b') ? dashed.replace(ANSI, '') : dashed).trim()
  if (plain === '') return {number, text: ''}
  if (plain.startsWith('-') && !plain.includes('//')) return {number, text: plain}
  if (plain.startsWith('```') || plain.startsWith('~~~')) return undefined
  const text = withoutLogPrefix(plain).replace(/^> (?=[-*:+#]|Chain |table )/, '')
  const prompted = text.replace(PROMPT, '')
  if (prompted !== text) return {number, text: prompted, command: true}
  return {
    number,
    text: text.includes(' //') || text.includes('\t//') ? text.replace(TRAILING_COMMENT, '').trimEnd() : text,
  }
}

/**
 * Cuts a paste into lines that hold only what the tool printed: without indentation, ANSI codes, markdown fences, prompts, typographic dashes
 * and quotes, trailing `//` notes, and the prefixes of klog, zap, JSON logs and `kubectl logs --timestamps`. Line numbers are those of the input.
 */
export function cleanLines(text: string): readonly CleanLine[] {
  const lines: CleanLine[] = []
  const add = (number: number, raw: string) => {
    const line = cleanLine(number, raw)
    if (line !== undefined) lines.push(line)
  }
  for (const [index, raw] of text.split(/\r\n|\n|\r/).entries()) {
    const message = jsonMessage(raw.trim())
    if (message === undefined) add(index + 1, raw)
    else for (const part of message.split('\n')) add(index + 1, part)
  }
  return lines
}
