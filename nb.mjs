// src/model/ruleset.ts
var BUILT_IN = {
  PREROUTING: "prerouting",
  INPUT: "input",
  FORWARD: "forward",
  OUTPUT: "output",
  POSTROUTING: "postrouting"
};
var PRIORITY = { raw: -300, mangle: -150, nat: -100, filter: 0, security: 50 };
function builtInChain(table, chain) {
  const hook = Object.hasOwn(BUILT_IN, chain) ? BUILT_IN[chain] : void 0;
  const base = Object.hasOwn(PRIORITY, table) ? PRIORITY[table] : void 0;
  if (hook === void 0 || base === void 0) return void 0;
  if (table === "nat") return { hook, kind: "nat", priority: hook === "input" || hook === "postrouting" ? 100 : -100 };
  return { hook, kind: table === "mangle" && hook === "output" ? "route" : "filter", priority: base };
}
var HIDDEN_INTERFACES = "interfaces are not shown without -v: rules limited to one interface look global";
var LEGACY_ELSEWHERE = "iptables-legacy has tables too, and they are not in this text";
var TABLE_ASSUMED = "the table of these rules is not in the text: nat is assumed";
function hidesInterfaces({ losses }) {
  return losses.includes(HIDDEN_INTERFACES);
}
function hiddenByNft({ conditions, actions }) {
  const isHidden = (text2) => /^(xt (match|target) |target not shown by nft)/.test(text2);
  const condition = conditions.find(({ field, values }) => field === "opaque" && isHidden(values[0] ?? ""));
  if (condition !== void 0) return condition.values[0];
  for (const action of actions) if (action.kind === "opaque" && isHidden(action.text)) return action.text;
  return void 0;
}
function everyChain(rulesets2) {
  return rulesets2.flatMap(
    (ruleset) => ruleset.tables.flatMap((table) => table.chains.map((chain) => ({ ruleset, table, chain })))
  );
}
function everyRule(rulesets2) {
  return everyChain(rulesets2).flatMap(
    ({ ruleset, table, chain }) => chain.rules.map((rule) => ({ ruleset, table, chain, rule }))
  );
}
function ruleCount(ruleset) {
  return ruleset.tables.reduce((sum, table) => sum + table.chains.reduce((n, chain) => n + chain.rules.length, 0), 0);
}

// src/formats/json-text.ts
function isJson(text2) {
  try {
    JSON.parse(text2);
    return true;
  } catch {
    return false;
  }
}

// src/formats/wrapped-text/common-prefix.ts
var NAME = /^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$/;
var POD_NAME = /^(?=.*-)(?=.*[a-z])[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$/;
var CONTAINER = /^(istio-(init|proxy|validation)|install-cni|ztunnel|discovery|linkerd-(init|proxy|network-validator)|proxy-init|kuma-(init|sidecar|validation)|consul-[a-z-]+|envoy|osm-init)$/;
var SAMPLE = 2e3;
var OFTEN = 3;
var COMPOSE = /^([a-zA-Z0-9][\w.-]{0,100} {1,60}\|)(?: |$)/;
function namesAtStart(line) {
  const compose = COMPOSE.exec(line.slice(0, 200))?.[1];
  if (compose !== void 0) return [compose];
  const words = line.slice(0, 400).split(" ", 4);
  const pod = POD_NAME.test(words[0] ?? "") ? 0 : POD_NAME.test(words[1] ?? "") && NAME.test(words[0] ?? "") ? 1 : -1;
  if (pod < 0) return [];
  const own2 = words.slice(0, pod + 1);
  const container = words[pod + 1];
  return container !== void 0 && NAME.test(container) ? [own2.join(" "), [...own2, container].join(" ")] : [own2.join(" ")];
}
function countNames(lines) {
  const counts = /* @__PURE__ */ new Map();
  for (const line of lines.slice(0, SAMPLE))
    for (const names2 of namesAtStart(line)) counts.set(names2, (counts.get(names2) ?? 0) + 1);
  return counts;
}
function announced(lines) {
  return lines.slice(0, SAMPLE).flatMap((line) => {
    const found = /^\+ ((?:[a-z0-9.-]+ )?[a-z0-9.-]+) › ([a-z0-9-]+)\s*$/.exec(line);
    return found === null ? [] : [`${found[1]} ${found[2]}`];
  });
}
function isSternNotice(line) {
  return /^[+-] (?:[a-z0-9.-]+ )?[a-z0-9.-]+ › [a-z0-9-]+\s*$/.test(line);
}
function nameReader(lines) {
  const filled = lines.filter((line) => line.trim() !== "");
  const said2 = new Set(announced(filled));
  const counts = countNames(filled);
  const named2 = filled.slice(0, SAMPLE).filter((line) => namesAtStart(line).length > 0).length;
  const mostly = named2 > 0 && named2 >= Math.min(filled.length, SAMPLE) * 0.6;
  if (said2.size === 0 && !mostly) return () => void 0;
  const often = (names2) => mostly && (counts.get(names2) ?? 0) >= OFTEN;
  const counted = (names2) => said2.has(names2) || often(names2) || mostly && CONTAINER.test(names2.split(" ").slice(1).at(-1) ?? "");
  return (line) => {
    const [short, long] = namesAtStart(line);
    if (short === void 0) return void 0;
    const whole = long !== void 0 && counted(long) && (said2.has(long) || sameEverywhere(short, long, counts));
    const names2 = whole ? long : counted(short) && !CONTAINER.test(short) ? short : void 0;
    if (names2 === void 0) return void 0;
    return { prefix: `${names2} `, origin: names2.replace(/\|$/, "").trimEnd().replaceAll(" ", "/") };
  };
}
function sameEverywhere(short, long, counts) {
  const container = long.slice(short.length + 1);
  return CONTAINER.test(container) || (counts.get(long) ?? 0) >= (counts.get(short) ?? 0) * 0.3;
}
function isQuotedMail(lines) {
  const filled = lines.filter((line) => line.trim() !== "");
  return filled.length > 1 && filled.every((line) => line.startsWith(">"));
}
var NUMBERED = /^\s{0,8}(\d{1,6})(?:\t|: ?| {2})/;
function isNumbered(lines) {
  const filled = lines.filter((line) => line.trim() !== "");
  if (filled.length < OFTEN) return false;
  let before;
  for (const line of filled) {
    const found = NUMBERED.exec(line);
    if (found === null) return false;
    const number = Number(found[1]);
    if (before !== void 0 && number !== before + 1) return false;
    before = number;
  }
  return true;
}
function withoutNumber(line) {
  return line.replace(NUMBERED, "");
}

// src/model/own.ts
function own(table, name) {
  return Object.hasOwn(table, name) ? table[name] : void 0;
}

// src/formats/wrapped-text/line-prefixes.ts
var LEVEL = "trace|debug|info|notice|warn|warning|error|err|critical|crit|fatal|panic|dpanic";
var PREFIXES = [
  { pattern: /^<\d{1,3}>1 \S{1,40} \S{1,100} (\S{1,100}) \S{1,100} \S{1,100} (?:-|\[[^\]]{0,400}\]) /, group: "origin" },
  { pattern: /^([\w./-]{1,200}\.(?:log|txt|out|save|rules)):(?:\d{1,7}:)?/, group: "origin" },
  { pattern: /^\{[a-z_]+="[^}]{0,400}\} / },
  { pattern: /^\[pod\/([\w.-]+\/[\w.-]+)\] ?/, group: "origin" },
  { pattern: /^\[([a-z0-9][a-z0-9.-]*-[a-z0-9.-]+(?: [a-z0-9][a-z0-9-]*)?)\] /, group: "origin" },
  {
    pattern: /^(?:<\d{1,3}>)?[A-Z][a-z]{2} [ \d]\d \d{2}:\d{2}:\d{2}(?:\.\d+)? ([\w.-]+ [\w.@/()-]{1,120}?)(?:\[\d+\])?: ?/,
    group: "origin"
  },
  {
    pattern: /^(?:<\d{1,3}>)?\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:[.,]\d+)?(?:Z|[+-]\d{2}:?\d{2}) ([\w.-]+ [\w.@/()-]{1,120}?)\[\d+\]: ?/,
    group: "origin"
  },
  { pattern: /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:?\d{2}) std(?:out|err) [FP](?: |$)/ },
  { pattern: /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:[.,]\d+)?(?:Z|[+-]\d{2}:?\d{2})\t/ },
  { pattern: /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:[.,]\d+)?(?:Z|[+-]\d{2}:?\d{2})(?: |$)/ },
  { pattern: /^\[?\d{4}[-/]\d{2}[-/]\d{2} \d{2}:\d{2}:\d{2}(?:[.,]\d+)?(?: ?(?:Z|UTC|[+-]\d{2}:?\d{2}))?\]? / },
  { pattern: /^([IWEF])\d{4} \d{2}:\d{2}:\d{2}\.\d{6}\s+\d+ [\w./-]+:\d+\] /, group: "level" },
  { pattern: new RegExp(`^[\\t ]*(${LEVEL})(?:\\t|[ ]{2,8})(?:[\\w./-]{1,60}(?:\\t|[ ]{2,8}))?`, "i"), group: "level" },
  { pattern: new RegExp(`^\\[(${LEVEL})\\][: ]+`, "i"), group: "level" }
];
var KLOG_LEVEL = { I: "info", W: "warning", E: "error", F: "fatal" };
var DEEPEST = 6;
function withoutPrefixes(line) {
  let rest2 = line;
  let origin;
  let level;
  let partial = false;
  for (let depth = 0; depth < DEEPEST; depth++) {
    const body = rest2;
    const found = PREFIXES.map((prefix) => ({ prefix, match: prefix.pattern.exec(body) })).find(({ match }) => match !== null);
    if (found?.match === void 0 || found.match === null) break;
    const [whole, group] = found.match;
    if (found.prefix.group === "origin") origin ??= group;
    if (found.prefix.group === "level") level = own(KLOG_LEVEL, group ?? "") ?? group?.toLowerCase();
    if (/ std(?:out|err) P ?$/.test(whole)) partial = true;
    rest2 = rest2.slice(whole.length);
    if (found.prefix.group === "level") break;
  }
  return {
    rest: rest2,
    origin,
    level,
    ...partial ? { partial } : {}
  };
}

// src/formats/wrapped-text/log-record.ts
var MESSAGE = ["msg", "message", "MESSAGE", "textPayload", "line", "body"];
var OF_A_LOG = ["level", "severity", "lvl", "time", "ts", "timestamp", "@timestamp", "__REALTIME_TIMESTAMP"];
var BESIDE = ["error", "err", "stderr", "stdout", "output", "stacktrace"];
var LEVEL2 = ["level", "severity", "lvl"];
function textAt(entry2, keys) {
  const found = keys.map((key) => Object.hasOwn(entry2, key) ? Reflect.get(entry2, key) : void 0);
  const text2 = found.find((value) => typeof value === "string");
  return typeof text2 === "string" ? text2 : void 0;
}
function jsonObject(text2) {
  if (!text2.startsWith("{") || !text2.endsWith("}")) return void 0;
  try {
    const entry2 = JSON.parse(text2);
    return entry2 !== null && typeof entry2 === "object" && !Array.isArray(entry2) ? entry2 : void 0;
  } catch {
    return void 0;
  }
}
function recordOf(message, level, beside) {
  const lines = [message.replace(/\n$/, ""), ...beside].flatMap((each) => each.split(/\r?\n/));
  return { lines, level: level === void 0 ? void 0 : level.toLowerCase() };
}
function fromJson(text2) {
  const entry2 = jsonObject(text2);
  if (entry2 === void 0) return void 0;
  const message = textAt(entry2, MESSAGE);
  if (message === void 0 || !OF_A_LOG.some((key) => Object.hasOwn(entry2, key))) return void 0;
  const beside = BESIDE.flatMap((key) => textAt(entry2, [key]) ?? []);
  return recordOf(message, textAt(entry2, LEVEL2), beside);
}
function readDockerRecord(line) {
  if (!line.startsWith('{"log":')) return void 0;
  const entry2 = jsonObject(line.trim());
  const text2 = entry2 === void 0 || !Object.hasOwn(entry2, "stream") ? void 0 : textAt(entry2, ["log"]);
  return text2 === void 0 ? void 0 : { text: text2.replace(/\r?\n$/, ""), partial: !text2.endsWith("\n") };
}
var PAIR = /([A-Za-z_][\w.-]*)=(?:"((?:[^"\\]|\\.)*)"|(\S*))\s*/y;
function fromLogfmt(text2) {
  const pairs = /* @__PURE__ */ new Map();
  PAIR.lastIndex = 0;
  for (let at = 0; at < text2.length; at = PAIR.lastIndex) {
    const found = PAIR.exec(text2);
    if (found === null) return void 0;
    pairs.set(found[1] ?? "", found[2] === void 0 ? found[3] ?? "" : withoutEscapes(found[2]));
  }
  const message = pairs.get("msg");
  if (message === void 0 || !(pairs.has("level") || pairs.has("time"))) return void 0;
  return recordOf(
    message,
    pairs.get("level"),
    BESIDE.flatMap((key) => pairs.get(key) ?? [])
  );
}
var ESCAPES = { n: "\n", t: "	", r: "\r" };
function withoutEscapes(text2) {
  return text2.replace(/\\(.)/gs, (_, mark) => own(ESCAPES, mark) ?? mark);
}
var QUOTED_BREAKS = /"((?:[^"\\]|\\.)*)"/g;
function fromEscapes(text2) {
  if (text2.indexOf("\\n") === text2.lastIndexOf("\\n")) return void 0;
  const parts2 = [];
  let from = 0;
  for (const found of text2.matchAll(QUOTED_BREAKS)) {
    const body = found[1] ?? "";
    if (body.indexOf("\\n") === body.lastIndexOf("\\n")) continue;
    parts2.push(text2.slice(from, found.index), withoutEscapes(body));
    from = found.index + found[0].length;
  }
  const rest2 = text2.slice(from);
  parts2.push(from === 0 ? withoutEscapes(rest2.replace(/^(['"])(.*)\1$/s, "$2")) : rest2);
  return { lines: parts2.flatMap((each) => each.split(/\r?\n/)).filter((each) => each.trim() !== "") };
}
function readLogRecord(line) {
  const text2 = line.trim();
  const record2 = fromJson(text2);
  if (record2 !== void 0) return record2;
  if (text2.includes("msg=")) {
    const pairs = fromLogfmt(text2);
    if (pairs !== void 0) return pairs;
  }
  return text2.includes("\\n") ? fromEscapes(text2) : void 0;
}

// src/formats/wrapped-text/punctuation.ts
var ANSI = /\u001b(?:\[[0-9;?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[@-Z\\-_])/g;
function withoutColours(text2) {
  return text2.includes("\x1B") ? text2.replace(ANSI, "") : text2;
}
function plainPunctuation(text2) {
  if (!/[\u00a0\u2010-\u2015\u2018-\u201f\u2212\u3000\ufeff]/.test(text2)) return text2;
  return text2.replace(/(^|\s)[\u2013\u2014](?=[a-zA-Z]{2})/g, "$1--").replace(/(^|\s)[\u2013\u2014](?=[a-zA-Z])/g, "$1-").replace(/[\u00a0\u3000\ufeff]/g, " ").replace(/[\u2010-\u2015\u2212]/g, "-").replace(/[\u2018\u2019\u201a\u201b]/g, "'").replace(/[\u201c-\u201f]/g, '"');
}

// src/formats/wrapped-text/unwrap.ts
var PROMPT = /^(?:(?:PS )?[\w.*~@:/\\-]{0,200}[$#%>]\s+|\[[\w.@ ~/-]{1,100}\][$#] |\+{1,3} |:; )(?=(?:sudo\s+(?:-\S+\s+)*)?(?:\S*\/)?(?:ip6?tables|nft|kubectl|istioctl|docker|crictl|nsenter|ip|ss|netstat|cat|curl|oc)\b)/;
var FENCE = /^(?:```|~~~|\{code(?::[^}]*)?\}|\{noformat\}|<\/?(?:pre|code)>$)/;
function* raw(text2) {
  const lines = text2.split(/\r\n|\n|\r/).map((line) => plainPunctuation(withoutColours(line)));
  const mail = isQuotedMail(lines);
  const quoted = mail ? lines.map((line) => line.replace(/^(?:> ?)+(?! ?[\w/]*(?:ip6?tables|nft) )/, "")) : lines;
  const numbered = isNumbered(quoted);
  for (const [index, line] of quoted.entries()) yield { number: index + 1, line: numbered ? withoutNumber(line) : line };
}
var QUOTED = /^[<>] (?=[-*:+#]|Chain |table |ip6?tables|nft)/;
var OUTPUT = /^\S+ v\d|^\S+: /;
function asCommand(text2) {
  const bare = text2.trimStart();
  const prompted = bare.replace(PROMPT, "");
  if (prompted !== bare && OUTPUT.test(prompted)) return { text: prompted.trimEnd() };
  if (prompted !== bare) return { text: prompted.trimEnd(), command: true };
  return { text: (QUOTED.test(bare) ? bare.slice(2) : text2).trimEnd() };
}
function withoutCollector(line) {
  const { rest: rest2, ...about } = withoutPrefixes(line);
  const docker = readDockerRecord(rest2);
  if (docker === void 0) return { rest: rest2, ...about };
  return { rest: docker.text, ...about, ...docker.partial ? { partial: true } : {} };
}
var BARE = /^[-*:]/;
function* messages(line) {
  if (BARE.test(line) && !line.includes("\\n")) {
    yield { text: line };
    return;
  }
  const { rest: rest2, level, origin } = withoutPrefixes(line);
  const record2 = readLogRecord(rest2);
  if (record2 === void 0) yield { text: rest2, level, origin };
  else
    for (const each of record2.lines) {
      const inner = withoutPrefixes(each);
      yield { text: inner.rest, level: inner.level ?? record2.level ?? level, origin };
    }
}
var last = {};
function unwrapLines(text2) {
  if (text2.trim() === "") return [];
  if (last.lines !== void 0 && last.text === text2) return last.lines;
  const lines = linesOf(text2);
  last.text = text2;
  last.lines = lines;
  return lines;
}
function linesOf(text2) {
  const inputs = [...raw(text2)];
  const names2 = nameReader(inputs.map(({ line }) => line));
  const lines = [];
  const open = /* @__PURE__ */ new Map();
  const add = (number, line, from, head) => {
    for (const { text: said2, level = head, origin = from } of line.split("\n").flatMap((each) => [...messages(each)])) {
      if (FENCE.test(said2.trimStart())) continue;
      lines.push({
        number,
        ...asCommand(said2),
        origin,
        level
      });
    }
  };
  for (const { number, line } of inputs) {
    if (open.size === 0 && line.trim() === "") {
      lines.push({ number, text: "" });
      continue;
    }
    if (isSternNotice(line)) continue;
    const common = names2(line);
    const body = common === void 0 ? line : line.slice(common.prefix.length);
    const outer = BARE.test(body) ? { rest: body } : withoutCollector(body);
    const origin = outer.origin ?? common?.origin;
    const before = open.get(origin ?? "") ?? "";
    open.delete(origin ?? "");
    if (outer.partial === true) open.set(origin ?? "", before + outer.rest);
    else add(number, before + outer.rest, origin, outer.level);
  }
  for (const [origin, rest2] of open) add(inputs.length, rest2, origin === "" ? void 0 : origin);
  return lines;
}

// src/formats/netfilter/clean-lines.ts
var NOTE = /\s\/\/.*$/;
function cleanLines(text2) {
  return unwrapLines(text2).map((line) => {
    const noted = line.text.includes(" //") || line.text.includes("	//");
    const bare = (noted ? line.text.replace(NOTE, "") : line.text).trim();
    return bare === line.text ? line : { ...line, text: bare };
  });
}

// src/model/grouped-by.ts
function groupedPairs(pairs) {
  const groups2 = /* @__PURE__ */ new Map();
  for (const [key, value] of pairs) {
    const group = groups2.get(key);
    if (group === void 0) groups2.set(key, [value]);
    else group.push(value);
  }
  return groups2;
}
function groupedBy(items, keyOf2) {
  return groupedPairs(items.map((item) => [keyOf2(item), item]));
}

// src/model/ip-address.ts
var FULL4 = 0xffffffffn;
var FULL6 = (1n << 128n) - 1n;
function parseV4(text2) {
  const parts2 = text2.split(".");
  if (parts2.length !== 4) return void 0;
  let bits = 0n;
  for (const part of parts2) {
    if (!/^\d{1,3}$/.test(part) || Number(part) > 255) return void 0;
    bits = bits << 8n | BigInt(Number(part));
  }
  return bits;
}
function groups(text2) {
  if (text2 === "") return [];
  const parts2 = text2.split(":");
  const last2 = parts2.at(-1) ?? "";
  if (!last2.includes(".")) return parts2;
  const v4 = parseV4(last2);
  if (v4 === void 0) return void 0;
  return [...parts2.slice(0, -1), (v4 >> 16n).toString(16), (v4 & 0xffffn).toString(16)];
}
function parseV6(text2) {
  if (text2.length > 45 || !text2.includes(":")) return void 0;
  const halves = text2.split("::");
  if (halves.length > 2) return void 0;
  const head = groups(halves[0] ?? "");
  const tail = halves.length === 2 ? groups(halves[1] ?? "") : [];
  if (head === void 0 || tail === void 0) return void 0;
  const gap = 8 - head.length - tail.length;
  if (halves.length === 2 ? gap < 1 : gap !== 0) return void 0;
  let bits = 0n;
  for (const group of [...head, ...Array(Math.max(gap, 0)).fill("0"), ...tail]) {
    if (!/^[0-9a-f]{1,4}$/i.test(group)) return void 0;
    bits = bits << 16n | BigInt(Number.parseInt(group, 16));
  }
  return bits;
}
function parseIp(text2) {
  const bare = text2.replace(/%.*$/, "").replace(/^\[(.*)\]$/, "$1");
  const v4 = parseV4(bare);
  if (v4 !== void 0) return { family: "ip", bits: v4 };
  const v6 = parseV6(bare);
  return v6 === void 0 ? void 0 : { family: "ip6", bits: v6 };
}
function prefixMask(family, length) {
  const width = family === "ip" ? 32n : 128n;
  const full = family === "ip" ? FULL4 : FULL6;
  return full << width - BigInt(length) & full;
}
function parseIpRange(text2) {
  const slash = text2.indexOf("/");
  const address4 = parseIp(slash < 0 ? text2 : text2.slice(0, slash));
  if (address4 === void 0) return void 0;
  const { family } = address4;
  const size = slash < 0 ? String(family === "ip" ? 32 : 128) : text2.slice(slash + 1);
  const asMask = parseIp(size);
  if (asMask !== void 0 && asMask.family !== family) return void 0;
  if (asMask === void 0 && (!/^\d{1,3}$/.test(size) || Number(size) > (family === "ip" ? 32 : 128))) return void 0;
  const mask = asMask === void 0 ? prefixMask(family, Number(size)) : asMask.bits;
  return { family, bits: address4.bits & mask, mask };
}
function inRange(address4, range2) {
  return address4.family === range2.family && (address4.bits & range2.mask) === range2.bits;
}
function longestZeroRun(words) {
  let best = { start: -1, length: 1 };
  for (let start = 0; start < words.length; start++) {
    let end = start;
    while (end < words.length && words[end] === 0) end++;
    if (end - start > best.length) best = { start, length: end - start };
  }
  return best;
}
function formatIp(address4) {
  if (address4.family === "ip") return [24n, 16n, 8n, 0n].map((shift) => String(address4.bits >> shift & 255n)).join(".");
  const words = Array.from({ length: 8 }, (_, i) => Number(address4.bits >> BigInt(112 - 16 * i) & 0xffffn));
  const { start, length } = longestZeroRun(words);
  const text2 = (part) => part.map((word) => word.toString(16)).join(":");
  return start < 0 ? text2(words) : `${text2(words.slice(0, start))}::${text2(words.slice(start + length))}`;
}
function formatIpRange(range2) {
  const width = range2.family === "ip" ? 32 : 128;
  const full = range2.family === "ip" ? FULL4 : FULL6;
  const text2 = formatIp(range2);
  if (range2.mask === full) return text2;
  const holes = full & ~range2.mask;
  const contiguous = (holes & holes + 1n) === 0n;
  if (!contiguous) return `${text2}/${formatIp({ family: range2.family, bits: range2.mask })}`;
  const hostBits = holes === 0n ? 0 : holes.toString(2).length;
  return `${text2}/${width - hostBits}`;
}
function isLoopback(address4) {
  return address4.family === "ip" ? address4.bits >> 24n === 127n : address4.bits === 1n;
}
var DOT = 46;
var SLASH = 47;
function parseV4Range(text2) {
  if (text2.length > 18) return void 0;
  const parts2 = [0, 0, 0, 0, 32];
  let part = 0;
  let digits = 0;
  for (let at = 0; at < text2.length; at++) {
    const code = text2.charCodeAt(at);
    if (code >= 48 && code <= 57) {
      if (++digits > 3) return void 0;
      parts2[part] = (digits === 1 ? 0 : parts2[part] ?? 0) * 10 + code - 48;
    } else if (digits > 0 && (code === DOT && part < 3 || code === SLASH && part === 3)) {
      part++;
      digits = 0;
    } else return void 0;
  }
  const [a = 0, b = 0, c = 0, d = 0, length = 32] = parts2;
  if (digits === 0 || part < 3 || a > 255 || b > 255 || c > 255 || d > 255 || length > 32) return void 0;
  const mask = length === 0 ? 0 : -1 << 32 - length >>> 0;
  return { bits: ((a << 24 | b << 16 | c << 8 | d) & mask) >>> 0, mask };
}
function formatV4Range({ bits, mask }) {
  const host = `${bits >>> 24}.${bits >>> 16 & 255}.${bits >>> 8 & 255}.${bits & 255}`;
  return mask === 4294967295 ? host : `${host}/${Math.clz32(~mask >>> 0)}`;
}

// src/formats/netfilter/values.ts
var PROTOCOLS = {
  "1": "icmp",
  "2": "igmp",
  "4": "ipencap",
  "6": "tcp",
  "17": "udp",
  "33": "dccp",
  "47": "gre",
  "50": "esp",
  "51": "ah",
  "58": "icmpv6",
  "132": "sctp",
  "136": "udplite",
  "ipv6-icmp": "icmpv6",
  icmp6: "icmpv6"
};
var SERVICES = {
  ftp: "21",
  ssh: "22",
  telnet: "23",
  smtp: "25",
  domain: "53",
  http: "80",
  kerberos: "88",
  pop3: "110",
  ntp: "123",
  imap: "143",
  imap2: "143",
  ldap: "389",
  https: "443",
  submission: "587",
  ldaps: "636",
  "ms-sql-s": "1433",
  nfs: "2049",
  mysql: "3306",
  postgresql: "5432",
  mdns: "5353",
  amqp: "5672",
  x11: "6000",
  redis: "6379",
  "http-alt": "8080",
  webcache: "8080"
};
function protocolName(word) {
  const lower = word.toLowerCase();
  if (lower === "all" || lower === "0" || lower === "ip") return void 0;
  return Object.hasOwn(PROTOCOLS, lower) ? PROTOCOLS[lower] : lower;
}
function addressWord(word) {
  const plain3 = parseV4Range(word);
  if (plain3 !== void 0) return formatV4Range(plain3);
  const range2 = parseIpRange(word);
  return range2 === void 0 ? void 0 : formatIpRange(range2);
}
function isEverywhere(word) {
  return word === "0.0.0.0/0" || word === "::/0";
}
function portNumber(word) {
  if (/^\d{1,5}$/.test(word) && Number(word) <= 65535) return String(Number(word));
  const lower = word.toLowerCase();
  return Object.hasOwn(SERVICES, lower) ? SERVICES[lower] : void 0;
}
function portWord(word) {
  const single = portNumber(word);
  if (single !== void 0) return single;
  const parts2 = word.split(/[:-]/);
  if (parts2.length !== 2) return void 0;
  const from = parts2[0] === "" ? "0" : portNumber(parts2[0] ?? "");
  const to = parts2[1] === "" ? "65535" : portNumber(parts2[1] ?? "");
  if (from === void 0 || to === void 0) return void 0;
  return from === to ? from : `${from}:${to}`;
}
function idWord(word) {
  const parts2 = word.split(/[-:]/);
  if (parts2.length > 2 || !parts2.every((part) => /^\d{1,10}$/.test(part))) return void 0;
  return parts2.map((part) => String(Number(part))).join(":");
}
function number32(word) {
  if (!/^(0x[0-9a-f]{1,8}|\d{1,10})$/i.test(word)) return void 0;
  const value = Number(word);
  return value <= 4294967295 ? value : void 0;
}
function hexWord(word) {
  const value = number32(word);
  return value === void 0 ? void 0 : hex(value);
}
function hex(value) {
  return `0x${(value >>> 0).toString(16)}`;
}
function markPair(word) {
  const [first2, second, ...more] = word.split("/");
  const value = number32(first2 ?? "");
  const mask = second === void 0 ? 4294967295 : number32(second);
  return value === void 0 || mask === void 0 || more.length > 0 ? void 0 : { value, mask };
}
function markWord(word) {
  const pair = markPair(word);
  return pair === void 0 ? void 0 : `${hex(pair.value)}/${hex(pair.mask)}`;
}

// src/formats/netfilter/named-sets.ts
function elementWord(text2) {
  const [word = "", ...about] = text2.trim().split(/\s+/);
  if (word === "" || about[0] === "." || about[0] === ":") return void 0;
  return word.replace(/^"(.*)"$/, "$1");
}
function parts(text2) {
  return text2.match(/(?:[^,"]|"[^"]*")+/g) ?? [];
}
function setElements(text2) {
  const inside = /(?:elements\s*=\s*)?\{([^{}]*)\}\s*;?\s*\}?\s*$/.exec(text2)?.[1];
  const words = parts(inside ?? "").map(elementWord);
  return words.length > 0 && words.every((word) => word !== void 0) ? words : void 0;
}
function blockElements(lines) {
  const text2 = lines.map((line) => line.text).join(" ");
  const at = text2.indexOf("elements");
  return at < 0 ? void 0 : setElements(text2.slice(at).replace(/\}\s*\}\s*$/, "}"));
}
var CREATE = /^create (\S+) (?:hash|bitmap|list):(\S+)/;
var ADD = /^add (\S+) (\S+)/;
var SINGLE = /* @__PURE__ */ new Set(["ip", "net", "port"]);
function ipsetsIn(lines) {
  const sets = /* @__PURE__ */ new Map();
  const known = /* @__PURE__ */ new Set();
  let name = "";
  let members = false;
  for (const { text: text2 } of lines) {
    const created = CREATE.exec(text2);
    const added = ADD.exec(text2);
    const listed = /^(Name|Type|Members):\s*(.*)$/.exec(text2);
    if (created !== null) {
      if (SINGLE.has(created[2] ?? "")) known.add(created[1] ?? "");
    } else if (added !== null && known.has(added[1] ?? "")) {
      sets.set(added[1] ?? "", [...sets.get(added[1] ?? "") ?? [], added[2] ?? ""]);
    } else if (listed !== null) {
      members = listed[1] === "Members" && known.has(name);
      if (listed[1] === "Name") name = listed[2] ?? "";
      if (listed[1] === "Type" && SINGLE.has((listed[2] ?? "").replace(/^\w+:/, ""))) known.add(name);
    } else if (members && /^[0-9a-fA-F.:/-]+(\s|$)/.test(text2)) {
      sets.set(name, [...sets.get(name) ?? [], text2.split(/\s/, 1)[0] ?? ""]);
    } else members = members && text2 === "";
  }
  return sets;
}
var MATCH_SET = /(?:^|\s)(! )?(?:--)?match-set (\S+) (src|dst)$/;
function withElements(condition, sets) {
  if (condition.field !== "dynamic" || sets.size === 0) return condition;
  const [, not, name = "", side] = MATCH_SET.exec(condition.values[0] ?? "") ?? [];
  const values = (sets.get(name) ?? []).map(addressWord);
  if (values.length === 0 || !values.every((value) => value !== void 0)) return condition;
  const negated = not !== void 0 !== condition.negated;
  return { field: side === "src" ? "source" : "destination", negated, values };
}

// src/formats/netfilter/rules-draft.ts
function newDraft() {
  return { tables: [], parameters: /* @__PURE__ */ new Map(), warnings: [], messages: [] };
}
function startTable(draft, identity, name) {
  const { family, backend, form, tool } = identity;
  const table = {
    family,
    backend,
    form,
    tool,
    name,
    chains: /* @__PURE__ */ new Map(),
    losses: /* @__PURE__ */ new Set(),
    made: /* @__PURE__ */ new Set(),
    sets: /* @__PURE__ */ new Map()
  };
  draft.tables.push(table);
  return table;
}
function chainOf(table, name) {
  const found = table.chains.get(name);
  if (found !== void 0) return found;
  const chain = {
    name,
    ...table.family === "inet" ? {} : builtInChain(table.name, name),
    complete: true,
    front: [],
    rules: []
  };
  table.chains.set(name, chain);
  return chain;
}
function isIpv6(rule) {
  return rule.conditions.some(
    ({ field, values }) => field === "source" || field === "destination" ? values.some((value) => value.includes(":")) : field === "protocol" && values.some((value) => /^(ipv6-icmp|icmpv6|58)$/.test(value))
  ) || rule.actions.some(
    (action) => action.kind === "reject" && action.reply?.startsWith("icmp6") === true || (action.kind === "dnat" || action.kind === "snat") && /\[|:.*:/.test(action.to)
  );
}
function settleFamily(...tables) {
  const six = tables.some((table) => [...table.chains.values()].some((chain) => rulesOf(chain).some(isIpv6)));
  if (six) for (const table of tables) table.family = "ip6";
}
function addRule(chain, meaning, text2, line, position) {
  const rule = { position: chain.rules.length + 1, ...meaning, text: text2, line };
  const inFront = chain.front.length;
  if (position === void 0) chain.rules.push(rule);
  else if (position <= 1) chain.front.push(rule);
  else if (position - 1 <= inFront) chain.front.splice(inFront - (position - 1), 0, rule);
  else chain.rules.splice(position - 1 - inFront, 0, rule);
}
function resolveSets(draft, sets) {
  if (sets.size === 0) return;
  const resolve = (rule) => ({ ...rule, conditions: rule.conditions.map((each) => withElements(each, sets)) });
  for (const { chains } of draft.tables)
    for (const { rules, front } of chains.values())
      for (const list2 of [rules, front]) list2.splice(0, list2.length, ...list2.map(resolve));
}
function cutOff(draft, table, line, message) {
  const started = [...table.chains.values()].filter((chain) => rulesOf(chain).length > 0);
  const place = (chain) => rulesOf(chain).reduce((latest, rule) => Math.max(latest, rule.line), 0);
  const places = started.map(place);
  const last2 = started[places.lastIndexOf(places.reduce((latest, each) => Math.max(latest, each), 0))];
  for (const chain of table.chains.values()) if (chain === last2 || rulesOf(chain).length === 0) chain.complete = false;
  if (draft.warnings.length < 200) draft.warnings.push({ line, message, truncated: true });
}
function rulesOf(chain) {
  return chain.front.length === 0 ? chain.rules : [...chain.front.toReversed(), ...chain.rules];
}
function warn(draft, line, message) {
  if (draft.warnings.length < 200) draft.warnings.push({ line, message });
}
var LONGEST = 500;
var MOST_MESSAGES = 5e3;
function note(draft, { number, text: text2, level }, command) {
  if (text2 === "" || draft.messages.length >= MOST_MESSAGES) return;
  draft.messages.push({
    line: number,
    text: text2.slice(0, LONGEST),
    ...command ? { command } : {},
    level
  });
}
function finishChain(draft) {
  const { front: _, ...chain } = draft;
  return {
    ...chain,
    rules: rulesOf(draft).map((rule, index) => rule.position === index + 1 ? rule : { ...rule, position: index + 1 })
  };
}
function finishTable(table) {
  return { name: table.name, family: table.family, chains: [...table.chains.values()].map(finishChain) };
}
var REQUESTED = /* @__PURE__ */ new Set(["restore", "trace", "nft-script"]);
function chosenTables(draft) {
  const loaded = new Set(draft.tables.filter((t) => !REQUESTED.has(t.form)).map((t) => t.family));
  const latest = /* @__PURE__ */ new Map();
  for (const table of draft.tables) {
    if (REQUESTED.has(table.form) && loaded.has(table.family)) continue;
    const key = `${table.family} ${table.backend} ${table.name}`;
    const before = latest.get(key);
    const again = before !== void 0 && [...table.made].some((name) => before.made.has(name));
    if (again) warn(draft, lineOf(table), SEVERAL_RUNS);
    if (before !== void 0 && !again && before.form === table.form && REQUESTED.has(table.form))
      mergeInto(before, table);
    else latest.set(key, table);
  }
  return [...latest.values()];
}
var SEVERAL_RUNS = "the text holds several runs that make the same chains (of several pods, or of one that ran again): the last one is shown";
function lineOf(table) {
  return [...table.chains.values()].flatMap(rulesOf)[0]?.line ?? 0;
}
function mergeInto(before, more) {
  for (const chain of more.chains.values())
    for (const rule of rulesOf(chain)) chainOf(before, chain.name).rules.push(rule);
}
function grouped(all) {
  const groups2 = groupedBy(all, ({ backend, family }) => backend === "native" ? "native" : `${family} ${backend}`);
  return [...groups2.values()].flatMap((tables) => {
    const first2 = tables[0];
    if (first2 === void 0) return [];
    const { backend, form, tool } = first2;
    const family = tables.every((t) => t.family === first2.family) ? first2.family : "inet";
    const losses = [...new Set(tables.flatMap((t) => [...t.losses]))];
    return [{ family, backend, form, tool, tables: tables.map(finishTable), losses }];
  });
}
function finishDraft(draft) {
  const chosen = chosenTables(draft);
  const asked = draft.tables.filter((table) => REQUESTED.has(table.form) && !chosen.includes(table));
  return {
    rulesets: grouped(chosen),
    parameters: Object.fromEntries(draft.parameters),
    warnings: draft.warnings,
    messages: draft.messages,
    requested: grouped(asked)
  };
}

// src/model/defined-fields.ts
function definedFields(fields) {
  const kept = {};
  for (const [key, value] of Object.entries(fields)) if (value !== void 0) kept[key] = value;
  return kept;
}

// src/formats/netfilter/section.ts
function isElision(text2) {
  return /^(\.{3,}|…+)$/.test(text2);
}
function inferTable(chains) {
  const has = (name) => chains.includes(name);
  if (has("PREROUTING") && has("FORWARD")) return "mangle";
  if (has("FORWARD")) return "filter";
  if (has("POSTROUTING")) return "nat";
  if (has("PREROUTING") && has("OUTPUT") && !has("INPUT") && !has("ISTIO_REDIRECT")) return "raw";
  if (has("ISTIO_TPROXY") || has("ISTIO_DIVERT")) return "mangle";
  if (chains.some((name) => name.startsWith("ISTIO_") || name.startsWith("DOCKER_"))) return "nat";
  if (has("INPUT") && !has("PREROUTING")) return "filter";
  return "nat";
}

// src/formats/netfilter/words.ts
var PLAIN = /[^\s"']+/y;
var SPACE = /\s+/y;
function splitWords(text2) {
  if (!/["']|[^\S ]/.test(text2)) return text2.split(" ").filter((word) => word !== "");
  const words = [];
  let current;
  let at = 0;
  const take = (pattern) => {
    pattern.lastIndex = at;
    const found = pattern.exec(text2);
    if (found === null) return void 0;
    at = pattern.lastIndex;
    return found[0];
  };
  while (at < text2.length) {
    if (take(SPACE) !== void 0) {
      if (current !== void 0) words.push(current);
      current = void 0;
      continue;
    }
    const plain3 = take(PLAIN);
    if (plain3 !== void 0) {
      current = (current ?? "") + plain3;
      continue;
    }
    const quote = text2[at] ?? '"';
    const end = closingQuote(text2, at + 1, quote);
    current = (current ?? "") + text2.slice(at + 1, end).replace(/\\(["'\\])/g, "$1");
    at = end + 1;
  }
  if (current !== void 0) words.push(current);
  return words;
}
function closingQuote(text2, from, quote) {
  for (let at = from; at < text2.length; at++) {
    if (text2[at] === "\\" && quote === '"') at++;
    else if (text2[at] === quote) return at;
  }
  return text2.length;
}
function quoteWord(word) {
  return /^[^\s"'\\]+$/.test(word) ? word : `"${word.replace(/(["\\])/g, "\\$1")}"`;
}

// src/formats/netfilter/bare-rules.ts
var TABLE_OF_TARGET = {
  REDIRECT: "nat",
  DNAT: "nat",
  SNAT: "nat",
  MASQUERADE: "nat",
  NETMAP: "nat",
  TPROXY: "mangle",
  DSCP: "mangle",
  TOS: "mangle",
  TTL: "mangle",
  HL: "mangle",
  ECN: "mangle",
  CT: "raw",
  NOTRACK: "raw",
  REJECT: "filter",
  SECMARK: "security",
  CONNSECMARK: "security"
};
var BUILT_IN2 = /* @__PURE__ */ new Set(["PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"]);
var NAT_CHAIN = /^(ISTIO_(REDIRECT|IN_REDIRECT)|PROXY_INIT_|CONSUL_|KUMA_|MESH_(IN|OUT)BOUND|APPMESH_|(OSM_)?PROXY_|DOCKER_|KUBE-SVC-|KUBE-SEP-|KUBE-SERVICES)/;
function bareRule(text2) {
  const words = splitWords(text2);
  const at = words.findIndex((word) => ["-j", "--jump", "-g", "--goto"].includes(word));
  return { chain: words[1] ?? "", target: at < 0 ? void 0 : words[at + 1] };
}
function tableOfTarget(target) {
  return target !== void 0 && Object.hasOwn(TABLE_OF_TARGET, target) ? TABLE_OF_TARGET[target] : void 0;
}
function tablesOfChains(rules) {
  const tables = /* @__PURE__ */ new Map();
  const learn = (chain, table) => {
    if (chain === void 0 || table === void 0 || BUILT_IN2.has(chain) || tables.has(chain)) return false;
    tables.set(chain, table);
    return true;
  };
  const own2 = new Set(rules.map(({ chain }) => chain));
  for (const { chain, target } of rules) {
    learn(chain, tableOfTarget(target));
    for (const name of [chain, target ?? ""]) if (NAT_CHAIN.test(name)) learn(name, "nat");
  }
  for (let more = true; more; ) {
    more = false;
    for (const { chain, target } of rules) {
      if (BUILT_IN2.has(chain) || target === void 0 || !own2.has(target)) continue;
      if (learn(chain, tables.get(target)) || learn(target, tables.get(chain))) more = true;
    }
  }
  return tables;
}
function tablesOfList(texts, chains, declared) {
  const rules = texts.map(bareRule);
  const byChain = tablesOfChains(rules);
  const listed = rules.map(
    ({ chain, target }) => tableOfTarget(target) ?? byChain.get(chain) ?? (target === void 0 ? void 0 : byChain.get(target))
  );
  const counts = /* @__PURE__ */ new Map();
  for (const table of listed) if (table !== void 0) counts.set(table, (counts.get(table) ?? 0) + 1);
  const [main] = [...counts].sort(([, a], [, b]) => b - a)[0] ?? [void 0];
  const usual = main ?? inferTable(chains);
  if (declared) return { tables: texts.map(() => usual), assumed: false };
  return { tables: listed.map((table) => table ?? usual), assumed: main === void 0 };
}

// src/formats/netfilter/matches.ts
function one(read) {
  return { arity: 1, read };
}
function list(read) {
  return (argument) => {
    const values = argument.split(",").map(read);
    return values.every((value) => value !== void 0) ? values : void 0;
  };
}
function under(names2, option) {
  return Object.fromEntries(names2.map((name) => [name, option]));
}
function inModules(modules, options) {
  return Object.fromEntries(modules.map((module) => [module, options]));
}
function phrase(field, pattern, read) {
  return [
    pattern,
    (found) => {
      const values = (found[2] ?? "").split(",").map(read);
      const negated = found[1]?.trim() === "!";
      return values.every((value) => value !== void 0) ? { field, negated, values } : void 0;
    }
  ];
}
function asIs(word) {
  return word;
}
function upper(word) {
  return word.toUpperCase();
}
var upperList = (argument) => argument.toUpperCase().split(",");
function address(argument) {
  const values = list(addressWord)(argument, "");
  return values?.every(isEverywhere) === true ? [] : values;
}
var anyDevice = one((name) => name === "+" ? [] : [name]);
function device(word) {
  return word.replace(/\*$/, "+");
}
function protocolWord(word) {
  return protocolName(word) ?? word;
}
function familyWord(word) {
  if (word === "ipv4" || word === "ip" || word === "2") return "ip";
  return word === "ipv6" || word === "ip6" || word === "10" ? "ip6" : void 0;
}
function typeWord(word) {
  return word === "2" ? "LOCAL" : word.toUpperCase();
}
function listedId(word) {
  if (word === "root") return "0";
  return word === "istio-proxy" ? "1337" : idWord(word);
}
var FLAGS = ["FIN", "SYN", "RST", "PSH", "ACK", "URG"];
function listedFlags(found) {
  const names2 = (word) => FLAGS.filter((_, bit) => Number.parseInt(word ?? "0", 16) >> bit & 1).join(",");
  return { field: "tcp-flags", negated: found[1] === "!", values: [`${names2(found[2])} ${names2(found[3])}`] };
}
var PORT_MODULES = ["tcp", "udp", "udplite", "sctp", "dccp", "multiport"];
var PORTS = one(list(portWord));
var MARKS = { "--mark": one(list(markWord)) };
var MATCHES = [
  {
    field: "source",
    options: { "": under(["-s", "--source", "--src"], one(address)) },
    nft: { "ip saddr": addressWord, "ip6 saddr": addressWord }
  },
  {
    field: "destination",
    options: { "": under(["-d", "--destination", "--dst"], one(address)) },
    nft: { "ip daddr": addressWord, "ip6 daddr": addressWord }
  },
  {
    field: "in-interface",
    options: { "": under(["-i", "--in-interface"], anyDevice) },
    nft: { "meta iifname": device, "meta iif": device }
  },
  {
    field: "out-interface",
    options: { "": under(["-o", "--out-interface"], anyDevice) },
    nft: { "meta oifname": device, "meta oif": device }
  },
  {
    field: "protocol",
    options: {
      "": under(
        ["-p", "--protocol", "--proto"],
        one((word) => {
          const name = protocolName(word);
          return name === void 0 ? [] : [name];
        })
      )
    },
    nft: { "ip protocol": protocolWord, "ip6 nexthdr": protocolWord, "meta l4proto": protocolWord }
  },
  { field: "fragment", options: { "": under(["-f", "--fragment"], { arity: 0, read: () => ["yes"] }) } },
  { field: "family", nft: { "meta nfproto": familyWord, "meta protocol": familyWord } },
  {
    field: "destination-port",
    options: inModules(
      PORT_MODULES,
      under(["--dport", "--destination-port", "--dports", "--destination-ports"], PORTS)
    ),
    listed: [
      phrase("destination-port", /(?:(?:tcp|udp|sctp|dccp|udplite)\s+)?dpts?:(!?)(\S+)/y, portWord),
      phrase("destination-port", /multiport\s+dports\s+(!?)\s?(\S+)/y, portWord)
    ]
  },
  {
    field: "source-port",
    options: inModules(PORT_MODULES, under(["--sport", "--source-port", "--sports", "--source-ports"], PORTS)),
    listed: [
      phrase("source-port", /(?:(?:tcp|udp|sctp|dccp|udplite)\s+)?spts?:(!?)(\S+)/y, portWord),
      phrase("source-port", /multiport\s+sports\s+(!?)\s?(\S+)/y, portWord)
    ]
  },
  {
    field: "any-port",
    options: inModules(PORT_MODULES, { "--ports": PORTS }),
    listed: [phrase("any-port", /multiport\s+ports\s+(!?)\s?(\S+)/y, portWord)]
  },
  {
    field: "tcp-flags",
    options: {
      tcp: {
        "--tcp-flags": { arity: 2, read: (mask, set2) => [`${mask.toUpperCase()} ${set2.toUpperCase()}`] },
        "--syn": { arity: 0, read: () => ["FIN,SYN,RST,ACK SYN"] }
      }
    },
    listed: [[/(?:tcp\s+)?flags:(!?)0x([0-9A-F]{2})\/0x([0-9A-F]{2})/y, listedFlags]]
  },
  {
    field: "icmp-type",
    options: inModules(["icmp", "icmp6", "icmpv6"], {
      "--icmp-type": one((word) => word === "any" ? [] : [word]),
      "--icmpv6-type": one((word) => [word])
    }),
    listed: [phrase("icmp-type", /(?:icmp|ipv6-icmp|icmptype|icmp6)\s*(!?)(?:type\s)?(\d+)(?: code \d+)?/y, asIs)],
    nft: { "icmp type": asIs, "icmpv6 type": asIs }
  },
  {
    field: "uid",
    options: { owner: { "--uid-owner": one(list(idWord)) } },
    listed: [phrase("uid", /(! )?owner UID match (\S+)/y, listedId)],
    nft: { "meta skuid": idWord }
  },
  {
    field: "gid",
    options: { owner: { "--gid-owner": one(list(idWord)) } },
    listed: [phrase("gid", /(! )?owner GID match (\S+)/y, listedId)],
    nft: { "meta skgid": idWord }
  },
  {
    field: "socket-owner",
    options: { owner: { "--socket-exists": { arity: 0, read: () => ["exists"] } } },
    listed: [phrase("socket-owner", /(! )?owner socket (exists)/y, asIs)]
  },
  {
    field: "mark",
    options: { mark: MARKS },
    listed: [phrase("mark", /(?:mark|MARK) match\s+(!?)\s*(\S+)/y, markWord)]
  },
  {
    field: "connmark",
    options: { connmark: MARKS },
    listed: [phrase("connmark", /connmark match\s+(!?)\s*(\S+)/y, markWord)]
  },
  {
    field: "ct-state",
    options: { conntrack: { "--ctstate": one(upperList) }, state: { "--state": one(upperList) } },
    listed: [phrase("ct-state", /(!)?\s?(?:ctstate|state)\s+(\S+)/y, upper)],
    nft: { "ct state": upper }
  },
  { field: "ct-status", options: { conntrack: { "--ctstatus": one(upperList) } }, nft: { "ct status": upper } },
  {
    field: "destination-type",
    options: { addrtype: { "--dst-type": one(upperList) } },
    listed: [phrase("destination-type", /ADDRTYPE match dst-type (!?)(\S+)/y, upper)],
    nft: { "fib daddr type": typeWord }
  },
  {
    field: "source-type",
    options: { addrtype: { "--src-type": one(upperList) } },
    listed: [phrase("source-type", /ADDRTYPE match src-type (!?)(\S+)/y, upper)],
    nft: { "fib saddr type": typeWord }
  },
  {
    field: "socket",
    options: { socket: { "--transparent": { arity: 0, read: () => ["transparent"] } } },
    listed: [
      [
        /socket(?:\s--(transparent))?(?=\s|$)/y,
        (found) => ({ field: "socket", negated: false, values: [found[1] ?? "any"] })
      ]
    ]
  },
  {
    field: "dynamic",
    listed: [
      [
        /(!)?\s?match-set (\S+ \S+)/y,
        (found) => ({
          field: "dynamic",
          negated: false,
          values: [`${found[1] === "!" ? "! " : ""}-m set --match-set ${found[2]}`]
        })
      ],
      [/limit: avg \S+ burst \d+/y, (found) => ({ field: "dynamic", negated: false, values: [`-m ${found[0]}`] })]
    ]
  }
];
var DYNAMIC_MODULES = new Set(
  "set limit hashlimit u32 statistic recent connlimit string time quota quota2 connbytes rateest random nth bpf length length2".split(
    " "
  )
);
var MATCH_OPTIONS = (() => {
  const modules = /* @__PURE__ */ new Map([["comment", /* @__PURE__ */ new Map()]]);
  for (const { field, options = {} } of MATCHES)
    for (const [module, own2] of Object.entries(options)) {
      const known = modules.get(module) ?? /* @__PURE__ */ new Map();
      for (const [name, option] of Object.entries(own2)) known.set(name, { ...option, field });
      modules.set(module, known);
    }
  return modules;
})();
var LIST_PHRASES = MATCHES.flatMap(({ listed = [] }) => listed);
var NFT_TERMS = new Map(
  MATCHES.flatMap(({ field, nft = {} }) => Object.entries(nft).map(([key, read]) => [key, { field, read }]))
);

// src/formats/netfilter/iptables-match.ts
function findOption(name, loaded, protocol) {
  const general = MATCH_OPTIONS.get("")?.get(name);
  if (general !== void 0) return general;
  const implied = protocol === void 0 ? [] : [protocol];
  for (const module of [...loaded.names].reverse().concat(implied)) {
    const found = MATCH_OPTIONS.get(module)?.get(name);
    if (found !== void 0) return found;
  }
  return loaded.names.length > 0 ? void 0 : MATCH_OPTIONS.get("udp")?.get(name);
}
function isTypedModule(name) {
  return name !== "" && MATCH_OPTIONS.has(name);
}
function verbatimCondition(words) {
  const name = words[0] === "-m" ? words[1] ?? "" : "";
  return {
    field: DYNAMIC_MODULES.has(name) ? "dynamic" : "opaque",
    negated: false,
    values: [words.map(quoteWord).join(" ")]
  };
}
function takeOption(words, at, loaded, protocol) {
  const before = words[at] === "!";
  const start = before ? at + 1 : at;
  const name = words[start] ?? "";
  const found = findOption(name, loaded, protocol);
  if (found === void 0) return void 0;
  const after = found.arity > 0 && words[start + 1] === "!";
  const first2 = start + (after ? 2 : 1);
  const negated = before !== after;
  const used = first2 + found.arity - at;
  const values = first2 + found.arity > words.length ? void 0 : found.read(words[first2] ?? "", words[first2 + 1] ?? "");
  if (values === void 0) {
    return {
      words: used,
      condition: {
        field: "opaque",
        negated: false,
        values: [
          words.slice(at, at + used).map(quoteWord).join(" ")
        ]
      }
    };
  }
  if (values.length === 0)
    return negated ? { words: used, condition: { field: found.field, negated, values: [] } } : { words: used };
  return { words: used, condition: { field: found.field, negated, values } };
}

// src/formats/netfilter/iptables-target.ts
var FULL = "0xffffffff";
function fixed(action) {
  return () => action;
}
function hasOnly(options, ...names2) {
  return [...options.keys()].every((name) => names2.includes(name));
}
function withPorts(kind) {
  return (options) => {
    if (!hasOnly(options, "to-ports", "to-port", "random", "random-fully")) return void 0;
    const ports = options.get("to-ports") ?? options.get("to-port");
    return ports === void 0 ? { kind } : { kind, ports };
  };
}
function withAddress(kind, name) {
  return (options) => {
    const to = options.get(name);
    return to === void 0 || !hasOnly(options, name, "random", "random-fully", "persistent") ? void 0 : { kind, to };
  };
}
function markChange(options) {
  const [name, word] = [...options][0] ?? ["", ""];
  const pair = markPair(word);
  if (pair === void 0 || options.size !== 1) return void 0;
  const { value, mask } = pair;
  switch (name) {
    case "set-xmark":
      return { value: hex(value), mask: hex(mask) };
    case "set-mark":
      return { value: hex(value), mask: hex(mask | value) };
    case "and-mark":
      return { value: "0x0", mask: hex(~value) };
    case "or-mark":
      return { value: hex(value), mask: hex(value) };
    case "xor-mark":
      return { value: hex(value), mask: "0x0" };
    default:
      return void 0;
  }
}
function copyMark(options, kind) {
  if (!hasOnly(options, kind, "nfmask", "ctmask", "mask")) return void 0;
  const both = options.get("mask");
  const nfmask = hexWord(options.get("nfmask") ?? both ?? FULL);
  const ctmask = hexWord(options.get("ctmask") ?? both ?? FULL);
  return nfmask === void 0 || ctmask === void 0 ? void 0 : { kind, nfmask, ctmask };
}
function connmark(options) {
  if (options.has("save-mark")) return copyMark(options, "save-mark");
  if (options.has("restore-mark")) return copyMark(options, "restore-mark");
  const change3 = markChange(options);
  return change3 === void 0 ? void 0 : { kind: "set-connmark", ...change3 };
}
function tproxy(options) {
  const port = options.get("on-port");
  if (port === void 0 || !hasOnly(options, "on-port", "on-ip", "tproxy-mark")) return void 0;
  const address4 = options.get("on-ip");
  const word = options.get("tproxy-mark");
  const mark = word === void 0 ? void 0 : markWord(word);
  const anywhere = address4 === void 0 || address4 === "0.0.0.0" || address4 === "::";
  return { kind: "tproxy", port, ...anywhere ? {} : { address: address4 }, mark };
}
function ct(options) {
  if (options.has("notrack") && options.size === 1) return { kind: "notrack" };
  const zone = options.get("zone");
  return zone !== void 0 && /^\d+$/.test(zone) && options.size === 1 ? { kind: "ct-zone", zone } : void 0;
}
function reject(options) {
  const reply = options.get("reject-with");
  return hasOnly(options, "reject-with") ? { kind: "reject", reply } : void 0;
}
function log(options) {
  return { kind: "log", text: optionText(options) };
}
var TARGETS = {
  ACCEPT: fixed({ kind: "accept" }),
  DROP: fixed({ kind: "drop" }),
  RETURN: fixed({ kind: "return" }),
  QUEUE: fixed({ kind: "queue" }),
  NFQUEUE: fixed({ kind: "queue" }),
  NOTRACK: fixed({ kind: "notrack" }),
  REJECT: reject,
  REDIRECT: withPorts("redirect"),
  MASQUERADE: withPorts("masquerade"),
  DNAT: withAddress("dnat", "to-destination"),
  SNAT: withAddress("snat", "to-source"),
  TPROXY: tproxy,
  MARK: (options) => {
    const change3 = markChange(options);
    return change3 === void 0 ? void 0 : { kind: "set-mark", ...change3 };
  },
  CONNMARK: connmark,
  CT: ct,
  LOG: log,
  TRACE: log,
  NFLOG: log,
  ULOG: log
};
function optionText(options) {
  return [...options].map(([name, value]) => value === "" ? `--${name}` : `--${name} ${quoteWord(value)}`).join(" ");
}
var OPTIONS = {
  REDIRECT: ["to-ports", "random", "random-fully"],
  MASQUERADE: ["to-ports", "random", "random-fully"],
  DNAT: ["to-destination", "random", "persistent"],
  SNAT: ["to-source", "random", "random-fully", "persistent"],
  REJECT: ["reject-with"],
  TPROXY: ["on-port", "on-ip", "tproxy-mark"],
  MARK: ["set-xmark", "set-mark", "and-mark", "or-mark", "xor-mark"],
  CT: ["notrack", "zone", "helper", "ctevents", "expevents", "timeout"]
};
function wholeOption(target, word) {
  const all = Object.hasOwn(OPTIONS, target) ? OPTIONS[target] ?? [] : [];
  const [only, ...more] = all.includes(word) ? [word] : all.filter((option) => option.startsWith(word));
  return only === void 0 || more.length > 0 ? word : only;
}
var OTHERS = new Set(
  "AUDIT CHECKSUM CLASSIFY CLUSTERIP CONNSECMARK DNPT DSCP ECN HL HMARK IDLETIMER LED NETMAP RATEEST SECMARK SET SNPT SYNPROXY TCPMSS TCPOPTSTRIP TEE TOS TTL".split(
    " "
  )
);
function isTarget(name) {
  return isKnownTarget(name) || OTHERS.has(name);
}
function isKnownTarget(name) {
  return Object.hasOwn(TARGETS, name);
}
function readTarget(name, options) {
  const whole = new Map([...options].map(([option, value]) => [wholeOption(name, option), value]));
  const action = Object.hasOwn(TARGETS, name) ? TARGETS[name]?.(whole) : void 0;
  return action ?? { kind: "opaque", text: `-j ${quoteWord(name)} ${optionText(options)}`.trimEnd() };
}

// src/formats/netfilter/iptables-rule.ts
var BEFORE_TARGET = /^(-[sdiopfmjgc]|--(source|src|destination|dst|in-interface|out-interface|protocol|proto|fragment|match|jump|goto))$/;
function nextGeneral(words, from) {
  let at = from;
  while (at < words.length && !BEFORE_TARGET.test(words[at] ?? "")) at++;
  return at > from && words[at - 1] === "!" && at < words.length ? at - 1 : at;
}
function takeTarget(words, at, draft, isChain) {
  const go = words[at] === "-g" || words[at] === "--goto";
  const name = words[at + 1] ?? "";
  const end = nextGeneral(words, Math.min(at + 2, words.length));
  const options = /* @__PURE__ */ new Map();
  let last2;
  for (const word of words.slice(at + 2, end)) {
    if (word.startsWith("--")) {
      last2 = word.slice(2);
      options.set(last2, "");
    } else if (last2 !== void 0) {
      const old = options.get(last2) ?? "";
      options.set(last2, old === "" ? word : `${old} ${word}`);
    }
  }
  if (name === "") draft.actions.push({ kind: "opaque", text: words.slice(at).join(" ") });
  else if (go) draft.actions.push({ kind: "goto", chain: name });
  else if (!isKnownTarget(name) && (isChain(name) || options.size === 0))
    draft.actions.push({ kind: "jump", chain: name });
  else draft.actions.push(readTarget(name, options));
  return end;
}
function takeModule(words, at, draft) {
  const name = words[at + 1] ?? "";
  if (!isTypedModule(name)) {
    const end = nextGeneral(words, Math.min(at + 2, words.length));
    draft.conditions.push(verbatimCondition(words.slice(at, end)));
    return end;
  }
  const again = draft.loaded.names.indexOf(name);
  if (again >= 0) draft.loaded.names.splice(again, 1);
  draft.loaded.names.push(name);
  const next2 = words[at + 2];
  const bare = next2 === void 0 || BEFORE_TARGET.test(next2);
  if (name === "socket" && bare) draft.conditions.push({ field: "socket", negated: false, values: ["any"] });
  return at + 2;
}
function takeCounters(words, at, draft) {
  const packets = words[at + 1] ?? "";
  const bytes = words[at + 2] ?? "";
  if (!/^\d+$/.test(packets) || !/^\d+$/.test(bytes)) return at + 1;
  draft.counters = { packets: Number(packets), bytes: Number(bytes) };
  return at + 3;
}
function takeWord(words, at, draft, isChain) {
  const word = words[at] ?? "";
  if (word === "-j" || word === "--jump" || word === "-g" || word === "--goto")
    return takeTarget(words, at, draft, isChain);
  if (word === "-m" || word === "--match") return takeModule(words, at, draft);
  if (word === "-c" || word === "--set-counters") return takeCounters(words, at, draft);
  if (word === "--comment") {
    draft.comment = words[at + 1] ?? "";
    return at + 2;
  }
  const taken = takeOption(words, at, draft.loaded, draft.protocol);
  if (taken === void 0) {
    const end = Math.max(nextGeneral(words, Math.min(at + 1, words.length)), at + 1);
    draft.conditions.push(verbatimCondition(words.slice(at, end)));
    return end;
  }
  if (taken.condition !== void 0) {
    draft.conditions.push(taken.condition);
    if (taken.condition.field === "protocol" && !taken.condition.negated) draft.protocol = taken.condition.values[0];
  }
  return at + taken.words;
}
function readRuleWords(words, isChain) {
  const draft = {
    conditions: [],
    actions: [],
    loaded: { names: [] },
    protocol: void 0,
    comment: void 0,
    counters: void 0
  };
  let at = 0;
  while (at < words.length) at = takeWord(words, at, draft, isChain);
  const { conditions, actions, comment, counters: counters2 } = draft;
  return {
    conditions,
    actions,
    counters: counters2,
    comment
  };
}

// src/formats/netfilter/save-section.ts
var TABLE = /^\*\s?([a-z][\w-]*)$/;
var CHAIN = /^:(\S+)\s+(\S+)(?:\s+\[(\d+):(\d+)\])?$/;
var COUNTED = /^\[(\d+):(\d+)\]\s+(?=-[AI] )/;
var COMMAND = /^-(?:[AINPFXDZEC]|-append|-insert|-new-chain|-policy)\s/;
function startsSave(text2) {
  return TABLE.test(text2);
}
function startsListRules(text2) {
  return /^-[PNAI]\s+\S/.test(text2);
}
function applyRule(table, words, line, counted) {
  const chain = chainOf(table, words[1] ?? "");
  const numbered = words[0] === "-I" && /^\d{1,9}$/.test(words[2] ?? "");
  const meaning = readRuleWords(words.slice(numbered ? 3 : 2), (name) => table.chains.has(name));
  const counters2 = counted === null ? meaning.counters : { packets: Number(counted[1]), bytes: Number(counted[2]) };
  const position = words[0] === "-I" ? numbered ? Math.max(1, Number(words[2])) : 1 : void 0;
  addRule(chain, { ...meaning, ...definedFields({ counters: counters2 }) }, line.text.replace(COUNTED, ""), line.number, position);
}
function applyPolicy(table, name, policy, packets, bytes) {
  const chain = chainOf(table, name);
  if (policy === "ACCEPT" || policy === "DROP") chain.policy = policy === "ACCEPT" ? "accept" : "drop";
  if (packets !== void 0 && bytes !== void 0 && chain.policy !== void 0) {
    chain.counters = { packets: Number(packets), bytes: Number(bytes) };
  }
}
function applyCommand(table, words, line, counted = null) {
  const name = words[1];
  if (name === void 0) return words[0] === "-F" || words[0] === "-X" || words[0] === "-Z";
  switch (words[0]) {
    case "-A":
    case "-I":
      applyRule(table, words, line, counted);
      return true;
    case "-N":
      chainOf(table, name);
      table.made.add(name);
      return true;
    case "-P": {
      const counters2 = words[3] === "-c" ? words.slice(4, 6) : [];
      applyPolicy(table, name, words[2], counters2[0], counters2[1]);
      return true;
    }
    case "-F": {
      const chain = chainOf(table, name);
      chain.rules.length = 0;
      chain.front.length = 0;
      return true;
    }
    case "-X":
      table.chains.delete(name);
      return true;
    case "-D": {
      const rules = table.chains.get(name)?.rules ?? [];
      const gone = line.text.replace(/^-D/, "-A");
      const index = rules.findIndex((rule) => rule.text === gone);
      if (index >= 0) rules.splice(index, 1);
      return true;
    }
    default:
      return ["-Z", "-E", "-C"].includes(words[0] ?? "");
  }
}
function readLine(table, line, draft) {
  const { text: text2 } = line;
  if (text2 === "" || text2.startsWith("#")) return true;
  const chain = CHAIN.exec(text2);
  if (chain !== null) {
    applyPolicy(table, chain[1] ?? "", chain[2], chain[3], chain[4]);
    return true;
  }
  if (isElision(text2)) {
    for (const known of table.chains.values()) known.complete = false;
    return true;
  }
  const counted = COUNTED.exec(text2);
  const rule = counted === null ? text2 : text2.slice(counted[0].length);
  if (!COMMAND.test(rule)) return false;
  if (!applyCommand(table, splitWords(rule), line, counted))
    warn(draft, line.number, `not understood: ${text2.slice(0, 200)}`);
  return true;
}
function readSaveTable(lines, at, context, draft) {
  const name = TABLE.exec(lines[at]?.text ?? "")?.[1] ?? "filter";
  const restore = lines[at]?.text.startsWith("* ") === true;
  const { family, backend, tool } = context;
  const table = startTable(
    draft,
    { family: family ?? "ip", backend: backend ?? "unknown", form: restore ? "restore" : "save", tool },
    name
  );
  let next2 = at + 1;
  let committed = false;
  let elided = false;
  for (; next2 < lines.length; next2++) {
    const line = lines[next2];
    if (line === void 0 || line.command === true || startsSave(line.text)) break;
    if (line.text === "COMMIT") {
      committed = true;
      next2++;
      break;
    }
    if (/^# (Generated|Completed)/.test(line.text)) break;
    if (isElision(line.text)) elided = true;
    if (!readLine(table, line, draft)) break;
  }
  if (elided) for (const chain of table.chains.values()) chain.complete = false;
  if (!committed)
    cutOff(
      draft,
      table,
      lines[Math.min(next2, lines.length) - 1]?.number ?? 0,
      `table ${name} ends without COMMIT: the text may be cut off`
    );
  if (family === void 0) settleFamily(table);
  return next2;
}
function readListRules(lines, at, context, draft) {
  const chains = /* @__PURE__ */ new Set();
  let end = at;
  let elided = false;
  for (; end < lines.length; end++) {
    const line = lines[end];
    if (line === void 0 || line.command === true) break;
    const [command, chain] = line.text.split(/\s+/, 2);
    if (line.text === "" || line.text.startsWith("#")) continue;
    if (isElision(line.text)) {
      elided = true;
      continue;
    }
    if (!startsListRules(line.text)) break;
    if (command === "-P" && chains.has(chain ?? "")) break;
    if (chain !== void 0) chains.add(chain);
  }
  const own2 = lines.slice(at, end).filter(({ text: text2 }) => startsListRules(text2));
  const declared = own2.some(({ text: text2 }) => /^-[PN] /.test(text2));
  const policies = own2.some(({ text: text2 }) => text2.startsWith("-P "));
  const { tables, assumed } = tablesOfList(
    own2.map(({ text: text2 }) => text2),
    [...chains],
    policies
  );
  const { family, backend, tool } = context;
  const identity = { family: family ?? "ip", backend: backend ?? "unknown", form: "list-rules", tool };
  const started = [];
  for (const name of new Set(context.table === void 0 ? tables : [context.table])) {
    if (!declared && draft.tables.some((known) => known.name === name && !started.includes(known))) {
      warn(draft, lines[at]?.number ?? 0, "single rules quoted beside a whole table were left out");
      continue;
    }
    const table = startTable(draft, identity, name);
    started.push(table);
    for (const [index, line] of own2.entries())
      if (context.table !== void 0 || tables[index] === name) readLine(table, line, draft);
    if (elided) for (const chain of table.chains.values()) chain.complete = false;
    if (assumed && context.table === void 0) table.losses.add(TABLE_ASSUMED);
  }
  if (family === void 0) settleFamily(...started);
  return Math.max(end, at + 1);
}

// src/formats/netfilter/init-log.ts
var BLOCK = /^(?:Istio )?(?:iptables |nftables )?(?:environment|variables|config):$/i;
var PARAMETER = /^([A-Z][A-Z0-9_]*)=(.*)$/;
var RUN = /^(?:Running command(?: \([^)]*\))?: )?(?:sudo )?(?:\S*\/)?(ip6?tables)(-nft|-legacy)?(?: -w(?: \d+)?)?\s/;
function startsParameters(text2) {
  return text2.endsWith(":") && BLOCK.test(text2);
}
function readParameters(lines, at, _context, draft) {
  let next2 = at + 1;
  for (; next2 < lines.length; next2++) {
    const text2 = lines[next2]?.text ?? "";
    const found = PARAMETER.exec(text2);
    if (found !== null) draft.parameters.set(found[1] ?? "", found[2] ?? "");
    else if (!/^[-=]+$/.test(text2)) break;
  }
  return next2;
}
function startsTrace(text2) {
  return RUN.test(text2) && /\s-[ANIPFXD]\s/.test(text2);
}
function tableOf(name, family, draft) {
  const known = draft.tables.find((table) => table.form === "trace" && table.name === name && table.family === family);
  return known ?? startTable(draft, { family, backend: "unknown", form: "trace" }, name);
}
function readTraceCommand(lines, at, _context, draft) {
  const line = lines[at];
  if (line === void 0) return at + 1;
  note(draft, line, true);
  const words = splitWords(line.text.replace(/\s\|\|\s.*$/, ""));
  const start = words.findIndex((word) => /(?:^|\/)ip6?tables(?:-nft|-legacy)?$/.test(word));
  const family = words[start]?.includes("ip6tables") === true ? "ip6" : "ip";
  const tableAt = words.findIndex((word) => word === "-t" || word === "--table");
  const name = tableAt < 0 ? "filter" : words[tableAt + 1] ?? "filter";
  const command = words.findIndex((word, index) => index > start && /^-[ANIPFXD]$/.test(word));
  if (command >= 0) {
    const own2 = words.slice(command).filter((_, index) => tableAt < command || index + command !== tableAt && index + command !== tableAt + 1);
    applyCommand(tableOf(name, family, draft), own2, { number: line.number, text: own2.join(" ") });
  }
  return at + 1;
}

// src/formats/netfilter/list-match.ts
var TARGET_PHRASES = [
  [/redir ports (\S+)/y, (f) => [["to-ports", f[1] ?? ""]]],
  [/masq ports: (\S+)/y, (f) => [["to-ports", f[1] ?? ""]]],
  [/to:(\S+)/y, (f) => [["to", f[1] ?? ""]]],
  [/CT zone (\d+)/y, (f) => [["zone", f[1] ?? ""]]],
  [/CT notrack/y, () => [["notrack", ""]]],
  [/(?:MARK|CONNMARK) (set|xset|and|or|xor) (\S+)/y, (f) => [[markOption(f[1] ?? ""), hexPair(f[2] ?? "")]]],
  [/CONNMARK (save|restore)(?: mask (\S+))?(?: nfmask (\S+) ctmask (?:~)?(\S+))?/y, copyOptions],
  [
    /TPROXY redirect (\S+):(\d+) mark (\S+)/y,
    (f) => [
      ["on-ip", f[1] ?? ""],
      ["on-port", f[2] ?? ""],
      ["tproxy-mark", f[3] ?? ""]
    ]
  ],
  [/reject-with (\S+)/y, (f) => [["reject-with", f[1] ?? ""]]],
  [/LOG flags \d+ level \d+(?: prefix "[^"]*")?/y, () => []]
];
function markOption(verb) {
  return verb === "xset" ? "set-xmark" : `${verb}-mark`;
}
function hexPair(word) {
  return markWord(word) ?? word;
}
function copyOptions(found) {
  const both = found[2] === void 0 ? [] : [["mask", hexWord(found[2]) ?? found[2]]];
  const pair = found[3] === void 0 ? [] : [
    ["nfmask", found[3]],
    ["ctmask", found[4] ?? ""]
  ];
  return [[`${found[1]}-mark`, ""], ...both, ...pair];
}
function readListTail(tail) {
  const conditions = [];
  const options = /* @__PURE__ */ new Map();
  let comment;
  let at = 0;
  const matched = (pattern) => {
    pattern.lastIndex = at;
    const found = pattern.exec(tail);
    if (found !== null) at = pattern.lastIndex;
    return found;
  };
  const step = () => {
    const note2 = matched(/\/\* (.*?) \*\//y);
    if (note2 !== null) {
      comment = note2[1];
      return;
    }
    for (const [pattern, read] of LIST_PHRASES) {
      const found = matched(pattern);
      if (found === null) continue;
      conditions.push(read(found) ?? { field: "opaque", negated: false, values: [found[0]] });
      return;
    }
    for (const [pattern, read] of TARGET_PHRASES) {
      const found = matched(pattern);
      if (found === null) continue;
      for (const [name, value] of read(found)) options.set(name, value);
      return;
    }
    const word = matched(/\S+/y)?.[0];
    const implied = word === void 0 || /^(tcp|udp|\[goto\])$/.test(word);
    if (!implied) conditions.push({ field: "opaque", negated: false, values: [word] });
  };
  while (at < tail.length) if (matched(/\s+/y) === null) step();
  return { conditions, options, comment };
}
function listAction(target, options, go, isChain) {
  if (go) return { kind: "goto", chain: target };
  if (isChain(target) || !isTarget(target)) return { kind: "jump", chain: target };
  const to = options.get("to");
  if (to !== void 0 && (target === "DNAT" || target === "SNAT")) {
    return readTarget(target, /* @__PURE__ */ new Map([[target === "DNAT" ? "to-destination" : "to-source", to]]));
  }
  return readTarget(target, options);
}

// src/formats/netfilter/list-section.ts
var CHAIN2 = /^Chain (\S+) \((?:policy (\S+)(?: (\d+[KMGT]?) packets, (\d+[KMGT]?) bytes)?|(\d+) references?|)\)/;
var HEADER = /^(?:num\s+)?(?:pkts\s+bytes\s+)?target\s+prot\s+opt\s/;
var SCALE = { K: 1e3, M: 1e6, G: 1e9, T: 1e12 };
function startsList(text2) {
  return text2.startsWith("Chain ") && CHAIN2.test(text2);
}
function amount(word) {
  const scale = own(SCALE, word.at(-1) ?? "");
  return scale === void 0 ? Number(word) : Number(word.slice(0, -1)) * scale;
}
function counters(packets, bytes) {
  const rounded = /[KMGT]$/.test(packets + bytes) || /[KMGT]$/.test(packets);
  return { packets: amount(packets), bytes: amount(bytes), ...rounded ? { rounded: true } : {} };
}
function openChain(table, found) {
  const chain = chainOf(table, found[1] ?? "");
  if (found[2] === "ACCEPT" || found[2] === "DROP") chain.policy = found[2] === "ACCEPT" ? "accept" : "drop";
  if (found[3] !== void 0 && found[4] !== void 0) chain.counters = counters(found[3], found[4]);
  if (found[5] !== void 0) chain.references = Number(found[5]);
  return chain;
}
var NAMED = [
  [/^localhost(\.localdomain)?$/, "127.0.0.1"],
  [/^(localhost|loopback)\/8$/, "127.0.0.0/8"],
  [/^link-local\/16$/, "169.254.0.0/16"],
  [/^base-address\.mcast\.net\/4$/, "224.0.0.0/4"],
  [/^(ip6-)?loopback(?=\/|$)/, "127.0.0.0"],
  [/^link-local(?=\/|$)/, "169.254.0.0"],
  [/^default(?=\/|$)/, "0.0.0.0"]
];
function numeric(word, family) {
  if (family === "ip6" && /^(localhost|ip6-localhost|ip6-loopback)$/.test(word)) return "::1";
  const found = NAMED.find(([pattern]) => pattern.test(word));
  return found === void 0 ? word : word.replace(found[0], found[1]);
}
function hostCondition(field, word, family) {
  const negated = word.startsWith("!");
  const bare = negated ? word.slice(1) : word;
  if (bare === "anywhere") return void 0;
  const address4 = addressWord(numeric(bare, family));
  if (address4 === void 0) return { field: "opaque", negated: false, values: [`${field} ${word}`] };
  return isEverywhere(address4) && !negated ? void 0 : { field, negated, values: [address4] };
}
function interfaceCondition(field, word) {
  const negated = word.startsWith("!");
  const name = negated ? word.slice(1) : word;
  return name === "*" || name === "any" ? void 0 : { field, negated, values: [name] };
}
function protocolCondition(word) {
  const negated = word.startsWith("!");
  const name = protocolName(negated ? word.slice(1) : word);
  return name === void 0 ? void 0 : { field: "protocol", negated, values: [name] };
}
var PROTOCOL_WORD = /^!?(?:\d{1,3}|all|ip|tcp|udp|udplite|icmp|icmpv6|ipv6-icmp|sctp|dccp|esp|ah|gre|igmp|ipencap|ipv6|mobility-header|hopopt|mh)$/;
var OPT_WORD = /^(?:--|-f|!f)$/;
function cutColumns(text2, columns) {
  const words = [...text2.matchAll(/\S+/g)].slice(0, 12);
  let at = columns.numbered ? 1 : 0;
  const cells = [];
  const take = () => words[at++]?.[0] ?? "";
  cells.push(...columns.verbose ? [take(), take()] : ["", ""]);
  const targetless = PROTOCOL_WORD.test(words[at]?.[0] ?? "") && !PROTOCOL_WORD.test(words[at + 1]?.[0] ?? "");
  cells.push(targetless ? "" : take(), take());
  cells.push(OPT_WORD.test(words[at]?.[0] ?? "") ? take() : "--");
  cells.push(...columns.verbose ? [take(), take()] : ["*", "*"]);
  cells.push(take(), take());
  const last2 = words[at - 1];
  return last2 === void 0 ? void 0 : { cells, tail: text2.slice((last2.index ?? 0) + last2[0].length) };
}
function readRow(table, chain, line, columns, isChain) {
  const cut = cutColumns(line.text, columns);
  if (cut === void 0) return false;
  const [
    packets = "",
    bytes = "",
    target = "",
    protocol = "",
    opt = "",
    inName = "*",
    outName = "*",
    source = "",
    destination = ""
  ] = cut.cells;
  const rest2 = readListTail(cut.tail);
  const head = [
    hostCondition("source", source, table.family),
    hostCondition("destination", destination, table.family),
    interfaceCondition("in-interface", inName),
    interfaceCondition("out-interface", outName),
    protocolCondition(protocol),
    opt === "--" ? void 0 : { field: "fragment", negated: opt.startsWith("!"), values: ["yes"] }
  ].filter((found) => found !== void 0);
  const go = /\[goto\]/.test(cut.tail);
  const actions = target === "" ? [] : [listAction(target, rest2.options, go, isChain)];
  const { comment } = rest2;
  addRule(
    chain,
    {
      conditions: [...head, ...rest2.conditions],
      actions,
      .../^\d+[KMGT]?$/.test(packets) ? { counters: counters(packets, bytes) } : {},
      comment
    },
    line.text,
    line.number
  );
  return destination !== "";
}
function endOfList(lines, at) {
  const names2 = /* @__PURE__ */ new Set();
  let end = at;
  for (; end < lines.length; end++) {
    const text2 = lines[end]?.text ?? "";
    const found = text2.startsWith("Chain ") ? CHAIN2.exec(text2) : null;
    if (lines[end]?.command === true || found !== null && names2.has(found[1] ?? "")) break;
    if (found !== null) names2.add(found[1] ?? "");
    else if (text2 !== "" && !HEADER.test(text2) && !isElision(text2) && !looksLikeRow(text2)) break;
  }
  return { end, names: names2 };
}
function looksLikeRow(text2) {
  const words = text2.split(/\s+/, 6);
  return words.length >= 4 && words.some((word) => PROTOCOL_WORD.test(word));
}
function readList(lines, at, context, draft) {
  const { end, names: names2 } = endOfList(lines, at);
  const { family, backend, tool } = context;
  const v6 = lines.slice(at, end).some((line) => /(?:^|\s)!?(?:::\/0|[0-9a-f]*::[0-9a-f:]*)(?:\/\d+)?(?:\s|$)/i.test(line.text));
  const identity = { family: family ?? (v6 ? "ip6" : "ip"), backend: backend ?? "unknown", form: "list", tool };
  const table = startTable(draft, identity, context.table ?? inferTable([...names2]));
  table.losses.add(
    "whether a rule jumps (-j) or goes (-g) is shown only for goto, and options without a printed form are missing"
  );
  let chain;
  let columns = { numbered: false, verbose: false };
  for (const line of lines.slice(at, end)) {
    const found = line.text.startsWith("Chain ") ? CHAIN2.exec(line.text) : null;
    if (found !== null) chain = openChain(table, found);
    else if (HEADER.test(line.text))
      columns = { numbered: line.text.startsWith("num"), verbose: /\bpkts\b/.test(line.text) };
    else if (chain === void 0 || line.text === "") continue;
    else if (isElision(line.text)) chain.complete = false;
    else if (!readRow(table, chain, line, columns, (name) => names2.has(name)))
      warn(draft, line.number, `row is cut off: ${line.text.slice(0, 200)}`);
    if (HEADER.test(line.text) && !columns.verbose) table.losses.add(HIDDEN_INTERFACES);
  }
  if (family === void 0) settleFamily(table);
  return Math.max(end, at + 1);
}

// src/formats/netfilter/nft-terms.ts
var PORTS2 = /^(tcp|udp|sctp|dccp|udplite|th) ([sd]port)$/;
function markCondition(match, field) {
  const values = match.values.map((word) => {
    const pair = markPair(word);
    const mask = match.mask === void 0 ? { value: 4294967295 } : markPair(match.mask);
    return pair === void 0 || mask === void 0 ? void 0 : `${hex(pair.value)}/${hex(mask.value)}`;
  });
  return values.every((value) => value !== void 0) ? { field, negated: match.negated, values } : void 0;
}
function portConditions(match, protocol, port) {
  const values = match.values.map(portWord);
  if (!values.every((value) => value !== void 0)) return void 0;
  const condition = {
    field: port === "dport" ? "destination-port" : "source-port",
    negated: match.negated,
    values
  };
  return protocol === "th" ? [condition] : [{ field: "protocol", negated: false, values: [protocol] }, condition];
}
function nftConditions(match) {
  const ports = PORTS2.exec(match.key);
  if (ports !== null && match.mask === void 0) return portConditions(match, ports[1] ?? "", ports[2] ?? "");
  if (match.key === "meta mark" || match.key === "ct mark") {
    const found = markCondition(match, match.key === "meta mark" ? "mark" : "connmark");
    return found === void 0 ? void 0 : [found];
  }
  const term = NFT_TERMS.get(match.key);
  if (term === void 0 || match.mask !== void 0) return void 0;
  const values = match.values.map(term.read);
  return values.every((value) => value !== void 0) ? [{ field: term.field, negated: match.negated, values }] : void 0;
}
function withoutRepeats(conditions) {
  const seen = /* @__PURE__ */ new Set();
  return conditions.filter(({ field, negated, values }) => {
    if (field !== "protocol" || negated) return true;
    const key = values.join(",");
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}
var FULL2 = 4294967295;
function nftMarkSet(target, expression) {
  const { from, or } = expression;
  const keep = expression.keep >>> 0;
  const xor2 = expression.xor >>> 0;
  if (from === void 0) return change(target, xor2 | or, FULL2);
  if (from !== target) {
    if (or !== 0 || xor2 !== 0) return void 0;
    const kind = target === "connmark" ? "save-mark" : "restore-mark";
    return { kind, nfmask: hex(kind === "save-mark" ? keep : FULL2), ctmask: hex(kind === "save-mark" ? FULL2 : keep) };
  }
  return change(target, xor2 | or, ~(keep & ~or));
}
function change(target, value, mask) {
  return { kind: target === "mark" ? "set-mark" : "set-connmark", value: hex(value), mask: hex(mask) };
}

// src/formats/netfilter/nft-rule.ts
var COMPARISON = /* @__PURE__ */ new Set(["==", "!=", "<", ">", "<=", ">="]);
var META_ALONE = /* @__PURE__ */ new Set(["iifname", "oifname", "iif", "oif", "skuid", "skgid", "mark"]);
var HEADERS = /* @__PURE__ */ new Set(["ip", "ip6", "tcp", "udp", "udplite", "sctp", "dccp", "th", "icmp", "icmpv6", "meta", "ct"]);
function peek(cursor, ahead = 0) {
  return cursor.words[cursor.at + ahead] ?? "";
}
function next(cursor) {
  return cursor.words[cursor.at++] ?? "";
}
function accept(cursor, word) {
  if (peek(cursor) !== word) return false;
  cursor.at++;
  return true;
}
function since(cursor, start) {
  return cursor.words.slice(start, cursor.at).join(" ");
}
function readValues(cursor) {
  if (!accept(cursor, "{")) {
    const word = next(cursor);
    return word.startsWith("@") ? cursor.sets.get(word.slice(1)) : word.split(",").filter((part) => part !== "");
  }
  const values = [];
  while (cursor.at < cursor.words.length && !accept(cursor, "}")) {
    const word = next(cursor).replace(/,$/, "");
    if (word !== "") values.push(word);
  }
  return values;
}
function readKey(cursor) {
  const word = peek(cursor);
  if (META_ALONE.has(word)) return `meta ${next(cursor)}`;
  if (word === "fib") {
    next(cursor);
    const what = next(cursor);
    return `fib ${what} ${next(cursor)}`;
  }
  return HEADERS.has(word) ? `${next(cursor)} ${next(cursor)}` : void 0;
}
function readMask(cursor) {
  return accept(cursor, "&") || accept(cursor, "and") ? next(cursor) : void 0;
}
function readMarkExpression(cursor) {
  const parenthesised = (word) => word.replace(/[()]/g, "");
  const first2 = parenthesised(next(cursor));
  let from;
  let xor2 = 0;
  if (first2 === "mark") from = "mark";
  else if (first2 === "meta" || first2 === "ct") {
    from = first2 === "meta" ? "mark" : "connmark";
    if (parenthesised(next(cursor)) !== "mark") return void 0;
  } else {
    const value = markPair(first2);
    if (value === void 0) return void 0;
    xor2 = value.value;
  }
  let keep = 4294967295;
  let or = 0;
  while (/^(&|\||\^|and|or|xor)$/.test(peek(cursor))) {
    const operator = next(cursor);
    const value = markPair(parenthesised(next(cursor)))?.value;
    if (value === void 0) return void 0;
    if (operator === "&" || operator === "and") keep &= value;
    else if (operator === "|" || operator === "or") or |= value;
    else xor2 ^= value;
  }
  return { from, keep, or, xor: xor2 };
}
function readSet(cursor, key) {
  if (key === "meta nftrace") return { kind: "log", text: `nftrace ${next(cursor)}` };
  if (key === "ct zone") {
    const zone = next(cursor);
    return /^\d+$/.test(zone) ? { kind: "ct-zone", zone } : void 0;
  }
  if (key !== "meta mark" && key !== "ct mark") return void 0;
  const expression = readMarkExpression(cursor);
  return expression === void 0 ? void 0 : nftMarkSet(key === "meta mark" ? "mark" : "connmark", expression);
}
function readMatch(cursor, draft) {
  const start = cursor.at;
  const key = readKey(cursor);
  if (key === void 0) return false;
  if (accept(cursor, "set")) {
    const action = readSet(cursor, key);
    draft.actions.push(action ?? { kind: "opaque", text: rest(cursor, start) });
    return true;
  }
  const mask = readMask(cursor);
  const operator = COMPARISON.has(peek(cursor)) ? next(cursor) : "==";
  const values = readValues(cursor);
  const simple = operator === "==" || operator === "!=";
  const negated = operator === "!=";
  const found = values === void 0 || !simple ? void 0 : nftConditions({ key, negated, values, mask });
  const field = values === void 0 ? "dynamic" : "opaque";
  draft.conditions.push(...found ?? [{ field, negated: false, values: [since(cursor, start)] }]);
  return true;
}
function rest(cursor, start) {
  cursor.at = cursor.words.length;
  return since(cursor, start);
}
var FIXED = {
  accept: { kind: "accept" },
  drop: { kind: "drop" },
  return: { kind: "return" },
  notrack: { kind: "notrack" }
};
function readDestination(cursor) {
  if (peek(cursor) === "ip" || peek(cursor) === "ip6") next(cursor);
  if (!accept(cursor, "to")) return void 0;
  return next(cursor);
}
function takeFlags(cursor) {
  while (/^(random|fully-random|persistent),?$/.test(peek(cursor))) next(cursor);
}
function readVerdict(cursor) {
  const word = peek(cursor);
  if (Object.hasOwn(FIXED, word)) {
    next(cursor);
    return own(FIXED, word);
  }
  const start = cursor.at;
  switch (word) {
    case "jump":
    case "goto":
      next(cursor);
      return { kind: word, chain: next(cursor) };
    case "queue":
      rest(cursor, start);
      return { kind: "queue" };
    case "log":
      return { kind: "log", text: rest(cursor, start) };
    case "reject": {
      const text2 = rest(cursor, start).slice("reject".length).trim();
      return {
        kind: "reject",
        ...text2 === "" ? {} : { reply: text2.includes("tcp reset") ? "tcp-reset" : text2.replace(/^with /, "") }
      };
    }
    case "redirect":
    case "masquerade": {
      next(cursor);
      const to = readDestination(cursor);
      takeFlags(cursor);
      return to === void 0 ? { kind: word } : { kind: word, ports: to.replace(/^:/, "") };
    }
    case "dnat":
    case "snat": {
      next(cursor);
      const to = readDestination(cursor);
      takeFlags(cursor);
      return to === void 0 ? { kind: "opaque", text: rest(cursor, start) } : { kind: word, to };
    }
    case "tproxy": {
      next(cursor);
      const found = /^(.*?):(\d+)$/.exec(readDestination(cursor) ?? "");
      const address4 = (found?.[1] ?? "").replace(/[[\]]/g, "");
      if (found === null) return { kind: "opaque", text: rest(cursor, start) };
      return { kind: "tproxy", port: found[2] ?? "", ...address4 === "" ? {} : { address: address4 } };
    }
    default:
      return void 0;
  }
}
function readCounter(cursor, draft) {
  next(cursor);
  if (peek(cursor) !== "packets" || peek(cursor, 2) !== "bytes") return;
  draft.counters = { packets: Number(peek(cursor, 1)), bytes: Number(peek(cursor, 3)) };
  cursor.at += 4;
}
function readXt(cursor, draft) {
  const start = cursor.at;
  next(cursor);
  const target = next(cursor) === "target";
  next(cursor);
  const text2 = since(cursor, start);
  if (target) draft.actions.push({ kind: "opaque", text: text2 });
  else draft.conditions.push({ field: "opaque", negated: false, values: [text2] });
}
function readWord(cursor, draft) {
  const word = peek(cursor);
  if (word === "counter") readCounter(cursor, draft);
  else if (word === "comment") {
    next(cursor);
    draft.comment = next(cursor);
  } else if (word === "xt") readXt(cursor, draft);
  else if (word === "limit" || word === "quota" || word === "numgen") {
    const start = cursor.at;
    while (cursor.at < cursor.words.length && !/^(counter|accept|drop|return|jump|goto|reject|log|redirect)$/.test(peek(cursor)))
      next(cursor);
    draft.conditions.push({ field: "dynamic", negated: false, values: [since(cursor, start)] });
  } else {
    const verdict = readVerdict(cursor);
    if (verdict !== void 0) draft.actions.push(verdict);
    else if (!readMatch(cursor, draft)) draft.conditions.push({ field: "opaque", negated: false, values: [next(cursor)] });
  }
}
function finish(draft) {
  const { actions, counters: counters2, comment } = draft;
  const conditions = withoutRepeats(draft.conditions);
  return {
    conditions,
    actions,
    counters: counters2,
    comment
  };
}
function readNftRule(words, sets = /* @__PURE__ */ new Map()) {
  const cursor = { words, sets, at: 0 };
  const draft = { conditions: [], actions: [], counters: void 0, comment: void 0 };
  while (cursor.at < words.length) readWord(cursor, draft);
  return finish(draft);
}

// src/formats/netfilter/nft-section.ts
var TABLE2 = /^table (?:(ip|ip6|inet) )?([\w.-]+) \{/;
var OTHER_TABLE = /^table (arp|bridge|netdev) ([\w.-]+) \{/;
var HANDLE = / ?# handle \d+$/;
var HOOKS = ["prerouting", "input", "forward", "output", "postrouting"];
var PRIORITIES = {
  raw: -300,
  mangle: -150,
  dstnat: -100,
  filter: 0,
  security: 50,
  srcnat: 100
};
var IPTABLES_NAMES = /* @__PURE__ */ new Set(["raw", "mangle", "nat", "filter", "security"]);
function startsNftTable(text2) {
  return text2.startsWith("table ") && (TABLE2.test(text2) || OTHER_TABLE.test(text2));
}
function startsNftScript(text2) {
  return /^(add|create|flush|insert|delete|destroy) (table|chain|rule|set|element) /.test(text2);
}
function isIptablesTable(family, name) {
  return family !== "inet" && IPTABLES_NAMES.has(name);
}
function nftPriority(words) {
  const text2 = words.join("");
  const found = /^([a-z]*)([+-]?\d+)?$/.exec(text2);
  if (found === null || text2 === "") return void 0;
  const base = found[1] === "" ? 0 : own(PRIORITIES, found[1] ?? "");
  return base === void 0 ? void 0 : base + Number(found[2] ?? 0);
}
function makeBase(chain, type, hook, priority, policy) {
  const known = HOOKS.find((name) => name === hook);
  if (known === void 0) return;
  const kind = type === "nat" || type === "route" ? type : "filter";
  chain.hook = known;
  chain.kind = kind;
  if (priority !== void 0) chain.priority = priority;
  chain.policy = policy === "drop" ? "drop" : "accept";
}
function startNftTable(draft, form, family, name) {
  return startTable(draft, { family, backend: isIptablesTable(family, name) ? "nft" : "native", form }, name);
}
function addNftRule(table, chain, meaning, text2, line) {
  const lost = table.backend === "nft" && meaning.actions.length === 0;
  const whole = lost ? { ...meaning, actions: [{ kind: "opaque", text: "target not shown by nft" }] } : meaning;
  const hidden = [
    ...whole.conditions.map((c) => c.field === "opaque" ? c.values[0] : void 0),
    ...whole.actions.map((a) => a.kind === "opaque" ? a.text : void 0)
  ];
  if (table.backend === "nft" && hidden.some((text3) => text3 !== void 0 && /^(xt|target) /.test(text3))) {
    table.losses.add("nft cannot show every part of rules that iptables made (xt items): read them with iptables-save");
  }
  addRule(chain, whole, text2, line);
}
function readBase(chain, text2) {
  const found = /^type (\w+) hook (\w+)(?: device \S+)? priority ([^;]+?) ?;(?: policy (\w+) ?;)?/.exec(text2);
  if (found === null) return false;
  makeBase(chain, found[1] ?? "", found[2] ?? "", nftPriority((found[3] ?? "").split(/\s+/)), found[4]);
  return true;
}
function skipBlock(lines, at) {
  let depth = 0;
  for (let next2 = at; next2 < lines.length; next2++) {
    for (const letter of lines[next2]?.text ?? "") {
      if (letter === "{") depth++;
      else if (letter === "}") depth--;
    }
    if (depth <= 0) return next2 + 1;
  }
  return lines.length;
}
function readChain(lines, at, table, name) {
  const chain = chainOf(table, name);
  let next2 = at;
  for (; next2 < lines.length; next2++) {
    const line = lines[next2];
    const text2 = line?.text.replace(HANDLE, "") ?? "";
    if (text2 === "}" || line?.command === true) return next2 + 1;
    if (text2 === "" || text2.startsWith("#") || text2.startsWith("comment ")) continue;
    if (isElision(text2)) chain.complete = false;
    else if (!readBase(chain, text2))
      addNftRule(table, chain, readNftRule(splitWords(text2.replace(/;$/, "")), table.sets), text2, line?.number ?? 0);
  }
  return next2;
}
function readNftTable(lines, at, _context, draft) {
  const first2 = lines[at]?.text ?? "";
  if (OTHER_TABLE.test(first2)) return skipBlock(lines, at);
  const found = TABLE2.exec(first2);
  const family = found?.[1] === "inet" || found?.[1] === "ip6" ? found[1] : "ip";
  const table = startNftTable(draft, "nft-text", family, found?.[2] ?? "");
  let next2 = at + 1;
  while (next2 < lines.length) {
    const line = lines[next2];
    const text2 = line?.text.replace(HANDLE, "") ?? "";
    if (text2 === "}") return next2 + 1;
    if (line?.command === true || startsNftTable(text2)) break;
    const chain = /^chain ([\w.-]+) \{$/.exec(text2);
    const set2 = /^set ([\w.-]+) \{/.exec(text2);
    if (chain !== null) next2 = readChain(lines, next2 + 1, table, chain[1] ?? "");
    else if (set2 !== null) {
      const end = skipBlock(lines, next2);
      const elements = blockElements(lines.slice(next2, end));
      if (elements !== void 0) table.sets.set(set2[1] ?? "", elements);
      next2 = end;
    } else if (/^(map|flowtable|counter|quota|ct \w+|limit|secmark|synproxy) .*\{/.test(text2))
      next2 = skipBlock(lines, next2);
    else {
      if (isElision(text2)) cutOff(draft, table, line?.number ?? 0, `parts of table ${table.name} were left out`);
      next2++;
    }
  }
  cutOff(draft, table, lines[next2 - 1]?.number ?? 0, `table ${table.name} is not closed: the text may be cut off`);
  return next2;
}
function readNftScript(lines, at, _context, draft) {
  const tables = /* @__PURE__ */ new Map();
  let next2 = at;
  for (; next2 < lines.length; next2++) {
    const line = lines[next2];
    const last2 = [...tables.values()].at(-1);
    if (line !== void 0 && last2 !== void 0 && isElision(line.text)) {
      cutOff(draft, last2, line.number, "commands of the list were left out");
      continue;
    }
    if (line === void 0 || !startsNftScript(line.text)) break;
    applyScriptLine(line, tables, draft);
  }
  const table = [...tables.values()].at(-1);
  if (table !== void 0 && endsInScript(lines.slice(next2), draft))
    cutOff(draft, table, lines[next2 - 1]?.number ?? 0, "the text ends inside a list of nft commands: it may be cut off");
  return next2;
}
function endsInScript(rest2, draft) {
  return rest2.length === 0 || rest2.length === 1 && draft.parameters.size > 0;
}
function applyScriptLine(line, tables, draft) {
  const [verb, noun, family, name, chainName, ...more] = splitWords(line.text);
  if (family !== "ip" && family !== "ip6" && family !== "inet") return;
  const key = `${family} ${name}`;
  const table = tables.get(key) ?? startNftTable(draft, "nft-script", family, name ?? "");
  tables.set(key, table);
  if (noun === "table" && (verb === "flush" || verb === "delete")) table.chains.clear();
  if ((noun === "set" || noun === "element") && chainName !== void 0 && verb !== "delete" && verb !== "flush") {
    const elements = noun === "set" ? blockElements([line]) : setElements(more.join(" "));
    if (elements !== void 0) table.sets.set(chainName, [...table.sets.get(chainName) ?? [], ...elements]);
    return;
  }
  if (noun === "set" || noun === "element") return;
  if (chainName === void 0 || verb === "flush" || verb === "delete") return;
  const chain = chainOf(table, chainName);
  if (noun === "chain") {
    readBase(chain, more.join(" ").replace(/^\{ ?/, ""));
    return;
  }
  if (noun !== "rule") return;
  const [place, position] = more;
  const words = place === "index" || place === "position" || place === "handle" ? more.slice(2) : more;
  const at = verb === "insert" ? place === "index" ? Number(position) + 1 : 1 : void 0;
  addRule(chain, readNftRule(words, table.sets), line.text, line.number, at);
}

// src/formats/netfilter/nft-json.ts
function isRecord(value) {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}
function record(value) {
  return isRecord(value) ? value : {};
}
function text(value) {
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}
function entry(value) {
  return Object.entries(record(value))[0] ?? ["", void 0];
}
function keyOf(value) {
  const [kind, body] = entry(value);
  const { key, protocol, field, result, flags } = record(body);
  if (kind === "meta" || kind === "ct") return `${kind} ${text(key)}`;
  if (kind === "payload") return `${text(protocol)} ${text(field)}`;
  if (kind === "fib") return `fib ${Array.isArray(flags) ? text(flags[0]) : text(flags)} ${text(result)}`;
  return void 0;
}
function valueWord(value) {
  if (typeof value === "string") return value.startsWith("@") ? void 0 : value;
  if (typeof value === "number") return String(value);
  const [kind, body] = entry(value);
  if (kind === "prefix") return `${text(record(body).addr)}/${text(record(body).len)}`;
  if (kind === "range" && Array.isArray(body)) return `${text(body[0])}-${text(body[1])}`;
  return void 0;
}
function valueWords(value, sets) {
  if (typeof value === "string" && value.startsWith("@")) return sets.get(value.slice(1));
  const set2 = record(value).set;
  const many = Array.isArray(value) ? value : Array.isArray(set2) ? set2 : [value];
  const words = many.map(valueWord);
  return words.every((word) => word !== void 0) ? words : void 0;
}
function readMatch2(body, sets) {
  const [kind, operands] = entry(body.left);
  const masked2 = kind === "&" && Array.isArray(operands);
  const key = keyOf(masked2 ? operands[0] : body.left);
  const mask = masked2 ? text(operands[1]) : void 0;
  const values = valueWords(body.right, sets);
  const known = body.op === "==" || body.op === "!=" || body.op === "in";
  const match = key === void 0 || values === void 0 || !known ? void 0 : { key, negated: body.op === "!=", values, mask };
  const found = match === void 0 ? void 0 : nftConditions(match);
  const named2 = typeof body.right === "string" && body.right.startsWith("@");
  return found ?? [{ field: named2 ? "dynamic" : "opaque", negated: false, values: [JSON.stringify({ match: body })] }];
}
function markExpression(value, depth = 0) {
  if (typeof value === "number") return { from: void 0, keep: 0, or: 0, xor: value };
  const key = keyOf(value);
  if (key === "meta mark" || key === "ct mark")
    return { from: key === "ct mark" ? "connmark" : "mark", keep: 4294967295, or: 0, xor: 0 };
  const [operator, operands] = entry(value);
  if (!Array.isArray(operands) || typeof operands[1] !== "number") return void 0;
  const inner = depth > 8 ? void 0 : markExpression(operands[0], depth + 1);
  if (inner === void 0) return void 0;
  if (operator === "&") return { ...inner, keep: inner.keep & operands[1] };
  if (operator === "|") return { ...inner, or: inner.or | operands[1] };
  return operator === "^" ? { ...inner, xor: inner.xor ^ operands[1] } : void 0;
}
function readMangle(body) {
  const key = keyOf(body.key);
  if (key === "ct zone" && typeof body.value === "number") return { kind: "ct-zone", zone: String(body.value) };
  if (key === "meta nftrace") return { kind: "log", text: "nftrace" };
  const expression = markExpression(body.value);
  if (expression === void 0 || key !== "meta mark" && key !== "ct mark") return void 0;
  return nftMarkSet(key === "meta mark" ? "mark" : "connmark", expression);
}
function readNat(kind, body) {
  const address4 = valueWord(body.addr) ?? "";
  const port = valueWord(body.port);
  if (address4 === "" && port === void 0) return void 0;
  return { kind, to: port === void 0 ? address4 : `${address4.includes(":") ? `[${address4}]` : address4}:${port}` };
}
function readTproxy(body) {
  const port = valueWord(body.port);
  const address4 = valueWord(body.addr);
  return port === void 0 ? void 0 : { kind: "tproxy", port, address: address4 };
}
function withPorts2(kind, body) {
  const ports = valueWord(body.port);
  return ports === void 0 ? { kind } : { kind, ports };
}
function readAction(kind, body, value) {
  switch (kind) {
    case "accept":
    case "drop":
    case "return":
    case "notrack":
      return { kind };
    case "jump":
    case "goto":
      return { kind, chain: text(body.target) };
    case "redirect":
    case "masquerade":
      return withPorts2(kind, body);
    case "dnat":
    case "snat":
      return readNat(kind, body);
    case "tproxy":
      return readTproxy(body);
    case "mangle":
      return readMangle(body);
    case "reject":
      return {
        kind: "reject",
        ...body.type === "tcp reset" ? { reply: "tcp-reset" } : text(body.expr) === "" ? {} : { reply: text(body.expr) }
      };
    case "queue":
      return { kind: "queue" };
    case "log":
      return { kind: "log", text: JSON.stringify(value ?? {}) };
    default:
      return void 0;
  }
}
function readXt2(body) {
  const words = `xt ${text(body.type)} ${text(body.name)}`;
  return body.type === "target" ? { action: { kind: "opaque", text: words } } : { condition: { field: "opaque", negated: false, values: [words] } };
}
function readExpressions(items, sets) {
  const conditions = [];
  const actions = [];
  let counters2;
  for (const item of items) {
    const [kind, value] = entry(item);
    const body = record(value);
    if (kind === "match") conditions.push(...readMatch2(body, sets));
    else if (kind === "counter") counters2 = { packets: Number(body.packets) || 0, bytes: Number(body.bytes) || 0 };
    else if (kind === "limit" || kind === "quota")
      conditions.push({ field: "dynamic", negated: false, values: [JSON.stringify(item)] });
    else if (kind === "xt") {
      const found = readXt2(body);
      if (found.condition !== void 0) conditions.push(found.condition);
      if (found.action !== void 0) actions.push(found.action);
    } else actions.push(readAction(kind, body, value) ?? { kind: "opaque", text: JSON.stringify(item) ?? "" });
  }
  return { conditions: withoutRepeats(conditions), actions, counters: counters2 };
}
function elementsOf(value) {
  if (!Array.isArray(value) || value.length === 0) return void 0;
  const words = value.map((each) => valueWord(record(each).elem === void 0 ? each : record(record(each).elem).val));
  return words.every((word) => word !== void 0) ? words : void 0;
}
function tableFamily(value) {
  return value === "ip" || value === "ip6" || value === "inet" ? value : void 0;
}
function looksLikeNftJson(input) {
  const start = input.trimStart().slice(0, 400);
  return start.startsWith("{") && /"nftables"\s*:/.test(start);
}
var NOUNS = /* @__PURE__ */ new Set(["table", "chain", "rule", "set"]);
function readNftJson(document, line, draft) {
  const items = record(document).nftables;
  if (!Array.isArray(items)) {
    warn(draft, line, "the JSON has no list named nftables");
    return;
  }
  const tables = /* @__PURE__ */ new Map();
  for (const item of items) {
    const [noun, value] = entry(item);
    const body = record(value);
    const family = tableFamily(body.family);
    if (family === void 0 || !NOUNS.has(noun)) continue;
    const tableName = text(noun === "table" ? body.name : body.table);
    const key = `${family} ${tableName}`;
    const table = tables.get(key) ?? startNftTable(draft, "nft-json", family, tableName);
    tables.set(key, table);
    if (noun === "set") {
      const elements = elementsOf(body.elem);
      if (elements !== void 0) table.sets.set(text(body.name), elements);
    } else if (noun === "chain") {
      const chain = chainOf(table, text(body.name));
      if (body.hook !== void 0)
        makeBase(chain, text(body.type), text(body.hook), nftPriority([text(body.prio)]), text(body.policy));
    } else if (noun === "rule") {
      const meaning = readExpressions(Array.isArray(body.expr) ? body.expr : [], table.sets);
      const comment = text(body.comment);
      addNftRule(
        table,
        chainOf(table, text(body.chain)),
        comment === "" ? meaning : { ...meaning, comment },
        JSON.stringify(body.expr ?? []),
        line
      );
    }
  }
}

// src/formats/netfilter/text-end.ts
var GENERATED = /^# Generated\b/;
var COMPLETED = /^# Completed on .*\d{4}$/;
var HEADING = /(?:^|\s)(?:Final (?:iptables|nftables) state|Running (?:command|iptables-restore|ip6tables-restore)|iptables-restore with|Writing following contents)\b.*$/;
var WHOLE = /^(?:COMMIT|\}|# .*\b\d{4}|\S+ v\d.*)$/;
function isHalfRule({ text: text2 }) {
  if (/^-[PNA]$/.test(text2) || /^-P \S*$/.test(text2)) return true;
  return /^-A\s/.test(text2) && (/\s--?[\w-]*$/.test(text2) || !/\s(?:-j|-g|--jump|--goto)\s+\S/.test(text2));
}
function cutAtEnd(lines, { ended, log: log2 }) {
  const last2 = lines.findLast(({ text: text2 }) => text2 !== "");
  if (last2 === void 0) return void 0;
  const cut = (message) => ({ line: last2.number, message: `${message}: the text may be cut off` });
  const opened = lines.findLastIndex(({ text: text2 }) => GENERATED.test(text2));
  const closed = lines.findLastIndex(({ text: text2 }) => COMPLETED.test(text2));
  if (opened > closed && (closed >= 0 || !ended || log2 || lines[opened] === last2))
    return cut("the output of iptables-save has no end");
  if (log2 && HEADING.test(last2.text)) return cut("nothing follows the last line");
  if (ended) return void 0;
  if (log2 && lines.at(-1) !== last2) return cut("the last line has no end");
  if (WHOLE.test(last2.text)) return void 0;
  if (/^#/.test(last2.text)) return cut("the last line is half a comment");
  if (isHalfRule(last2)) return cut("the last line is half a rule");
  return log2 ? cut("the last line has no end") : void 0;
}

// src/formats/netfilter/parse-rules.ts
var SECTIONS = [
  [startsSave, readSaveTable],
  [startsNftTable, readNftTable],
  [startsList, readList],
  [startsListRules, readListRules],
  [startsNftScript, readNftScript],
  [startsParameters, readParameters]
];
var COMMANDS = [
  [startsTrace, readTraceCommand],
  [startsNftScript, readNftScript]
];
var HEADER2 = /^# Generated by (ip6?tables\S*) v(\d+)\.(\d+)\S*( \(nf_tables\))?/;
var RESTORE_WITH = /\b(ip6?tables)(-nft|-legacy)?-restore\b/;
function fromHeader(text2) {
  const found = HEADER2.exec(text2);
  if (found === null) return void 0;
  const nft = found[4] !== void 0 || found[1]?.includes("-nft") === true;
  return {
    family: found[1]?.startsWith("ip6") === true ? "ip6" : "ip",
    backend: nft ? "nft" : "legacy",
    tool: text2.slice("# Generated by ".length).replace(/ on .*$/, "")
  };
}
function fromProgram(text2) {
  const family = /\bip6tables/.test(text2) ? "ip6" : "ip";
  const backend = text2.includes("-legacy") ? "legacy" : text2.includes("-nft") ? "nft" : void 0;
  const table = /(?:^|\s)(?:-t|--table)[ =]([a-z]+)/.exec(text2)?.[1];
  return { family, backend, table };
}
function contextAfter(line, context) {
  const header = fromHeader(line.text);
  if (header !== void 0) return header;
  if (line.command === true && /\bip6?tables/.test(line.text)) return fromProgram(line.text);
  if (/^(Running|Writing)\b/.test(line.text) && (RESTORE_WITH.test(line.text) || line.text.includes("ip6tables")))
    return fromProgram(line.text);
  return context;
}
var RUNS = /^(?:Running command(?: \([^)]*\))?: |Running |Executing |\$ )?(?:\S*\/)?(?:ip6?tables|nft)(?:-nft|-legacy)?(?:-save|-restore)?(?: restore with: \S+)?(?: -\S| with the following|\s+list|\s+-f|$)/;
function readSections(lines, hint, draft) {
  let context = hint;
  let at = 0;
  while (at < lines.length) {
    const line = lines[at];
    if (line === void 0) return;
    const sections = line.command === true ? COMMANDS : [...SECTIONS, ...COMMANDS];
    const section = sections.find(([starts]) => starts(line.text));
    if (looksLikeNftJson(line.text)) {
      readJson(line.text, line.number, draft);
      at++;
    } else if (section === void 0) {
      note(draft, line, line.command === true || RUNS.test(line.text));
      context = contextAfter(line, context);
      at++;
    } else at = section[1](lines, at, context, draft);
  }
}
function readJson(text2, number, draft) {
  try {
    readNftJson(JSON.parse(text2), number, draft);
  } catch {
    warn(draft, number, "the JSON of nft is not whole: it may be cut off");
  }
}
function noteLegacy(text2, draft) {
  if (!text2.includes("iptables-legacy tables present") && !text2.includes("ip6tables-legacy tables present")) return;
  if (draft.tables.some((table) => table.backend === "legacy")) return;
  for (const table of draft.tables) if (table.backend !== "native") table.losses.add(LEGACY_ELSEWHERE);
}
function noteEnd(text2, lines, draft) {
  if (draft.tables.length === 0 || draft.warnings.some(({ truncated }) => truncated === true)) return;
  const restored = draft.tables.some(({ form }) => form === "restore");
  const log2 = draft.parameters.size > 0 || restored || lines.some(({ level }) => level !== void 0);
  const found = cutAtEnd(lines, { ended: /[\r\n]\s*$/.test(text2.slice(-200)), log: log2 }) ?? (restored && draft.parameters.size + lines.filter(({ level }) => level !== void 0).length > 0 && !draft.tables.some(({ name }) => name === "nat") ? { line: lines.length, message: "the nat table does not follow: the text may be cut off" } : void 0);
  if (found !== void 0) draft.warnings.push({ ...found, truncated: true });
}
function podOf({ origin }) {
  return origin?.replace(/\/[^/]*$/, "");
}
function linesOfOnePod(lines, hint, draft) {
  const pods = [...new Set(lines.map(podOf).filter((pod) => pod !== void 0))];
  if (pods.length < 2) return lines;
  const of = (pod) => lines.filter((line) => [pod, void 0].includes(podOf(line)));
  const holding = pods.filter((pod) => {
    const own2 = newDraft();
    readSections(of(pod), hint, own2);
    return own2.tables.length > 0;
  });
  const [first2, ...others] = holding;
  if (first2 === void 0) return lines;
  if (others.length > 0)
    warn(
      draft,
      1,
      `only the rules of ${first2} are shown; the text also holds those of ${others.slice(0, 5).join(", ")}`
    );
  return of(first2);
}
function parseRules(text2, hint = {}) {
  const draft = newDraft();
  if (looksLikeNftJson(text2) && isJson(text2)) readJson(text2, 1, draft);
  else {
    const lines = linesOfOnePod(cleanLines(text2), hint, draft);
    readSections(lines, hint, draft);
    noteEnd(text2, lines, draft);
    if (/match-set/.test(text2)) resolveSets(draft, ipsetsIn(lines));
  }
  noteLegacy(text2, draft);
  return finishDraft(draft);
}

// src/analysis/netfilter/istio-names.ts
var AMBIENT_CHAINS = { "istio-prerouting": "ISTIO_PRERT" };
function canonicalChain(name) {
  if (Object.hasOwn(AMBIENT_CHAINS, name)) return AMBIENT_CHAINS[name] ?? name;
  return name.startsWith("istio-") || /^(prerouting|input|forward|output|postrouting)$/.test(name) ? name.toUpperCase().replaceAll("-", "_") : name;
}
function isAmbientRuleset(rulesets2) {
  return rulesets2.some(({ tables }) => tables.some(({ name }) => name.startsWith("istio-ambient"))) || everyChain(rulesets2).some(({ chain }) => chain.name === "ISTIO_PRERT");
}

// src/analysis/netfilter/packet-walk/default-network.ts
function tproxyMarks(rulesets2) {
  const marks3 = /* @__PURE__ */ new Set();
  for (const { rule } of everyRule(rulesets2)) {
    const { actions } = rule;
    actions.forEach((action, index) => {
      if (action.kind !== "tproxy") return;
      const next2 = actions[index + 1];
      if (action.mark !== void 0) marks3.add(action.mark);
      else if (next2?.kind === "set-mark") marks3.add(`${next2.value}/${next2.mask}`);
    });
  }
  return marks3;
}
function range(text2) {
  return parseIpRange(text2) ?? { family: "ip", bits: 0n, mask: 0n };
}
function address2(text2) {
  return parseIp(text2) ?? { family: "ip", bits: 0n };
}
var LO = { name: "lo", addresses: [address2("127.0.0.1"), address2("::1")] };
var ETH0 = { name: "eth0", addresses: [address2("192.0.2.10"), address2("2001:db8::10")] };
var ROUTES = [
  { family: "ip", table: "local", kind: "local", to: range("127.0.0.0/8"), device: "lo" },
  { family: "ip6", table: "local", kind: "local", to: range("::1"), device: "lo" },
  { family: "ip", table: "main", kind: "unicast", to: range("0.0.0.0/0"), device: "eth0" },
  { family: "ip6", table: "main", kind: "unicast", to: range("::/0"), device: "eth0" }
];
function localRoutes(interfaces) {
  return interfaces.flatMap(
    ({ name, addresses: addresses2 }) => addresses2.map((own2) => ({
      family: own2.family,
      table: "local",
      kind: "local",
      to: { ...own2, mask: own2.family === "ip" ? 0xffffffffn : (1n << 128n) - 1n },
      device: name,
      source: own2
    }))
  );
}
function plainRules(family) {
  return [
    { family, priority: 0, table: "local", exact: true },
    { family, priority: 32766, table: "main", exact: true },
    { family, priority: 32767, table: "default", exact: true }
  ];
}
function meshRules(family, rulesets2) {
  const rules = [];
  for (const mark of tproxyMarks(rulesets2)) {
    const [value = 0, mask = 4294967295] = mark.split("/").map(Number);
    rules.push({ family, priority: 32765, table: "mesh", mark: { value, mask }, exact: true });
  }
  if (isAmbientRuleset(rulesets2))
    rules.push({ family, priority: 32764, table: "mesh", mark: { value: 273, mask: 4095 }, exact: true });
  return rules;
}
function everythingLocal(family) {
  return { family, table: "mesh", kind: "local", to: { family, bits: 0n, mask: 0n }, device: "lo" };
}
function withDefaultNetwork(facts, rulesets2, forwarding = false) {
  const known = facts.interfaces?.filter((each) => each.name !== "lo" && each.addresses.length > 0) ?? [];
  const interfaces = known.length > 0 ? facts.interfaces ?? [] : [LO, ETH0];
  const hasRoutes = known.length > 0 && (facts.routes?.length ?? 0) > 0;
  const hasRules = (facts.policyRules?.length ?? 0) > 0;
  const device3 = known[0]?.name ?? "eth0";
  const routes = hasRoutes ? facts.routes ?? [] : [...ROUTES.map((route2) => route2.kind === "unicast" ? { ...route2, device: device3 } : route2), ...localRoutes(interfaces)];
  const families = ["ip", "ip6"];
  const standIns = families.flatMap((family) => [...plainRules(family), ...meshRules(family, rulesets2)]);
  const policyRules = hasRules ? completed(facts.policyRules ?? []) : standIns.sort((a, b) => a.priority - b.priority);
  return {
    interfaces,
    routes: hasRules ? routes : [...routes, ...families.map(everythingLocal)],
    policyRules,
    forwarding,
    assumed: known.length === 0 || !hasRoutes || !hasRules
  };
}
function withDefaultRoute(machine2, family, device3) {
  const hasDefault = machine2.routes.some(
    (route2) => route2.family === family && route2.table === "main" && route2.to.mask === 0n
  );
  if (hasDefault) return machine2;
  const main = { family, priority: 32766, table: "main", exact: true };
  const rules = machine2.policyRules.some((rule) => rule.family === family && rule.table === "main") ? machine2.policyRules : [...machine2.policyRules, main];
  const way = { family, table: "main", kind: "unicast", to: { family, bits: 0n, mask: 0n }, device: device3 };
  return { ...machine2, routes: [...machine2.routes, way], policyRules: rules };
}
function completed(rules) {
  if (rules.some((rule) => rule.family === "ip6")) return rules;
  return [...rules, ...rules.map((rule) => ({ ...rule, family: "ip6" }))];
}

// src/analysis/netfilter/chain-owners.ts
function mesh(name) {
  return { name, kind: "mesh", about: `They capture traffic for the proxy of ${name}.` };
}
function node(name, about) {
  return { name, kind: "node", about };
}
var OWNERS = [
  [/^PROXY_INIT_/, mesh("Linkerd")],
  [/^CONSUL_/, mesh("Consul")],
  [/^(KUMA_|MESH_(IN|OUT)BOUND)/, mesh("Kuma")],
  [/^APPMESH_/, mesh("AWS App Mesh")],
  [/^(OSM_)?PROXY_(INBOUND|IN_REDIRECT|OUTPUT|OUT_REDIRECT|REDIRECT|OUTBOUND)$/, mesh("Open Service Mesh")],
  [/^(TEL_|TELEPRESENCE)/, mesh("Telepresence")],
  [
    /^DOCKER_(OUTPUT|POSTROUTING)/,
    {
      name: "Docker (its own DNS)",
      kind: "pod",
      about: "They send DNS queries for 127.0.0.11 to Docker's embedded resolver, which listens on random ports of 127.0.0.11. It is not the proxy."
    }
  ],
  [/^KUBEVIRT_/, { name: "KubeVirt", kind: "pod", about: "They connect the VM in this pod to the network." }],
  [/^(DOCKER|DOCKER-.*)$/, node("Docker", "They publish ports of containers and isolate networks.")],
  [/^KUBE-ROUTER|^KUBE-NWPLCY|^KUBE-POD-FW/, node("kube-router", "They enforce NetworkPolicies.")],
  [/^KUBE-/, node("kube-proxy or the kubelet", "They translate the addresses of Services to those of pods.")],
  [/^(CNI-|CNI_)/, node("the portmap and bridge CNI plugins", "They publish host ports of pods and masquerade.")],
  [/^(CILIUM_|OLD_CILIUM_)/, node("Cilium", "They mark and masquerade traffic of pods.")],
  [/^(cali-|felix-)/, node("Calico", "They enforce NetworkPolicies and masquerade.")],
  [/^OVN-KUBE-/, node("OVN-Kubernetes", "They masquerade and publish Services on the node.")],
  [/^(AWS-|AMAZON)/, node("the AWS VPC CNI", "They choose the source address of traffic that leaves the VPC.")],
  [/^WEAVE/, node("Weave Net", "They enforce NetworkPolicies and masquerade.")],
  [/^ANTREA/, node("Antrea", "They masquerade and count traffic of pods.")],
  [/^FLANNEL-/, node("Flannel", "They masquerade traffic of pods.")],
  [/^(IP-MASQ|GCE-|GKE-)/, node("GKE (ip-masq-agent)", "They masquerade and guard the metadata server.")],
  [/^LIBVIRT_/, node("libvirt", "They connect the VMs of this machine.")],
  [/^NETAVARK/, node("Podman (netavark)", "They publish ports of containers.")],
  [
    /^ISTIO_POSTRT$/,
    node("Istio's CNI agent in ambient mode", "They give the kubelet's probes the source address 169.254.7.127.")
  ],
  [
    /^ztunnel-/,
    node("ambient mode of Istio 1.18 to 1.20", "They send traffic of ambient pods to ztunnel on the node.")
  ],
  [
    /^(ufw6?-|f2b-|IN_public|FWD[IO]?_|ts-)/,
    node("the firewall of the machine", "They filter traffic of the machine.")
  ]
];
function chainOwner(name) {
  return OWNERS.find(([pattern]) => pattern.test(name))?.[1];
}

// src/analysis/netfilter/packet-walk/verdict.ts
function decidingStep(walk) {
  const steps = walk.steps.filter((step) => step.rule > 0);
  const nat = steps.filter((step) => step.actions.some((action) => DECIDES.has(action.kind)));
  const rewriting = nat.findLast(
    (step) => step.actions.some((action) => action.kind !== "return" && action.kind !== "accept")
  );
  return rewriting ?? nat.findLast((step) => !step.at.includes("raw"));
}
var DECIDES = /* @__PURE__ */ new Set(["redirect", "dnat", "tproxy", "return", "accept", "drop", "reject"]);
var PROXY_PORTS = /* @__PURE__ */ new Set(["15001", "15006", "15008", "15013", "15053"]);
function isForProxy(chain) {
  const owner = chainOwner(chain.slice(chain.lastIndexOf("/") + 1));
  return owner === void 0 || owner.kind === "mesh";
}
function turnBy(action, chain) {
  switch (action.kind) {
    case "redirect":
      return isForProxy(chain) ? "redirect" : "elsewhere";
    case "dnat":
      return isForProxy(chain) && PROXY_PORTS.has(/:(\d+)$/.exec(action.to)?.[1] ?? "") ? "dnat" : "elsewhere";
    default:
      return void 0;
  }
}

// src/model/network-namespace.ts
function isOwnAddress(machine2, address4) {
  if (isLoopback(address4)) return true;
  return machine2.interfaces.some(
    ({ addresses: addresses2 }) => addresses2.some((own2) => own2.family === address4.family && own2.bits === address4.bits)
  );
}
function routeIn(machine2, table, address4) {
  let best;
  for (const route2 of machine2.routes) {
    if (route2.table !== table || !inRange(address4, route2.to)) continue;
    if (best === void 0 || route2.to.mask > best.to.mask) best = route2;
  }
  return best;
}

// src/analysis/netfilter/packet-walk/chain-index.ts
var WORTH_IT = 32;
function positive(rule, field) {
  const found = rule.conditions.find(
    (condition) => condition.field === field && !condition.negated && condition.values.length > 0
  );
  return found?.values;
}
function put(map, key, place) {
  const list2 = map.get(key);
  if (list2 === void 0) map.set(key, [place]);
  else list2.push(place);
}
function indexChain(rules) {
  if (rules.length < WORTH_IT) return void 0;
  const byPort = /* @__PURE__ */ new Map();
  const byMask = /* @__PURE__ */ new Map();
  const always = [];
  rules.forEach((rule, place) => {
    const ports = positive(rule, "destination-port");
    if (ports?.every((port) => !port.includes(":")) === true) {
      for (const port of new Set(ports.map(Number))) put(byPort, port, place);
      return;
    }
    const ranges2 = positive(rule, "destination");
    const range2 = ranges2?.length === 1 ? parseV4Range(ranges2[0] ?? "") : void 0;
    if (range2 === void 0) {
      always.push(place);
      return;
    }
    const nets = byMask.get(range2.mask) ?? /* @__PURE__ */ new Map();
    byMask.set(range2.mask, nets);
    put(nets, range2.bits, place);
  });
  return {
    candidates: (flow) => {
      const found = [...byPort.get(flow.destinationPort) ?? [], ...always];
      if (flow.family === "ip")
        for (const [mask, nets] of byMask) found.push(...nets.get((flow.destination4 & mask) >>> 0) ?? []);
      return found.sort((a, b) => a - b);
    }
  };
}

// src/analysis/netfilter/packet-walk/compile-condition.ts
function plain(make) {
  return (values, negated) => {
    if (values.length === 0) return () => !negated;
    const test = make(values);
    return negated ? (flow) => !test(flow) : test;
  };
}
function never() {
  return () => false;
}
function address3(pick, pick4) {
  return (values, negated) => {
    const v4 = values.length === 1 ? parseV4Range(values[0] ?? "") : void 0;
    if (v4 !== void 0) {
      const { bits } = v4;
      const mask = v4.mask | 0;
      return (flow) => flow.family === "ip" && (pick4(flow) & mask) >>> 0 === bits !== negated;
    }
    const ranges2 = values.map(parseIpRange);
    if (!ranges2.every((range2) => range2 !== void 0)) return () => void 0;
    if (ranges2.length === 0) return () => !negated;
    const only = ranges2[0];
    if (only === void 0) return never();
    return (flow) => flow.family === only.family && ranges2.some((range2) => inRange(pick(flow), range2)) !== negated;
  };
}
function numbers(pick) {
  return (values, negated) => {
    const ranges2 = values.map((value) => value.split(":").map(Number));
    const first2 = ranges2[0];
    if (ranges2.length === 1 && first2?.length === 1) {
      const wanted = first2[0];
      return (flow) => {
        const value = pick(flow);
        return value !== void 0 && value === wanted !== negated;
      };
    }
    return (flow) => {
      const value = pick(flow);
      if (value === void 0) return false;
      return ranges2.some(([from = 0, to = from]) => value >= from && value <= to) !== negated;
    };
  };
}
function device2(pick) {
  return plain(
    (values) => (flow) => values.some((value) => value.endsWith("+") ? pick(flow).startsWith(value.slice(0, -1)) : pick(flow) === value)
  );
}
function marks(pick) {
  return plain((values) => {
    const pairs = values.map((value) => value.split("/").map(Number));
    return (flow) => pairs.some(([value = 0, mask = 4294967295]) => (pick(flow) & mask) >>> 0 === value >>> 0);
  });
}
function hasPorts(protocol) {
  return protocol === "tcp" || protocol === "udp" || protocol === "sctp" || protocol === "dccp" || protocol === "udplite";
}
function sourcePort(flow) {
  return hasPorts(flow.protocol) ? flow.sourcePort ?? 4e4 : void 0;
}
function destinationPort(flow) {
  return hasPorts(flow.protocol) ? flow.destinationPort : void 0;
}
function addressTypes(pick) {
  return (values, negated) => {
    if (!values.every((value) => value === "LOCAL" || value === "UNICAST")) return () => void 0;
    return (flow) => values.some((value) => value === "LOCAL" === isOwnAddress(flow.machine, pick(flow))) !== negated;
  };
}
function states(values, negated) {
  return (flow) => values.includes(flow.tracked ? flow.state : "UNTRACKED") !== negated;
}
function socket(_values, negated) {
  return (flow) => {
    const { listeners = [] } = flow.machine;
    const found = listeners.some(
      (l) => l.protocol === flow.protocol && l.port === flow.destinationPort && l.address?.bits === flow.destination.bits && l.address.family === flow.family && !isLoopback(l.address)
    );
    return found !== negated;
  };
}
function firstPacketFlags(values) {
  const [mask = "", set2 = ""] = (values[0] ?? "").split(" ");
  const flags = new Set(mask === "ALL" ? "FIN SYN RST PSH ACK URG".split(" ") : mask.split(","));
  const wanted = new Set(set2.split(",").filter((flag) => flag !== "" && flag !== "NONE"));
  return [...flags].every((flag) => wanted.has(flag) === (flag === "SYN"));
}
function tcpFlags(values, negated) {
  const isSyn = firstPacketFlags(values);
  return (flow) => flow.protocol === "tcp" && isSyn !== negated;
}
var COMPILE = {
  family: plain((values) => (flow) => values.includes(flow.family)),
  "in-interface": device2((flow) => flow.inName),
  "out-interface": device2((flow) => flow.outName),
  source: address3(
    (flow) => flow.source,
    (flow) => flow.source4
  ),
  destination: address3(
    (flow) => flow.destination,
    (flow) => flow.destination4
  ),
  "source-type": addressTypes((flow) => flow.source),
  "destination-type": addressTypes((flow) => flow.destination),
  protocol: plain((values) => {
    const only = values[0];
    return values.length === 1 ? (flow) => flow.protocol === only : (flow) => values.includes(flow.protocol);
  }),
  fragment: plain(() => () => false),
  "source-port": numbers(sourcePort),
  "destination-port": numbers(destinationPort),
  "any-port": (values, negated) => {
    const source = numbers(sourcePort)(values, false);
    const destination = numbers(destinationPort)(values, false);
    return (flow) => hasPorts(flow.protocol) && (source(flow) === true || destination(flow) === true) !== negated;
  },
  "tcp-flags": tcpFlags,
  "icmp-type": () => (flow) => flow.protocol === "icmp" || flow.protocol === "icmpv6" ? void 0 : false,
  uid: numbers((flow) => flow.owner?.uid),
  gid: numbers((flow) => flow.owner?.gid),
  "socket-owner": plain(() => (flow) => flow.owner !== void 0),
  mark: marks((flow) => flow.mark),
  connmark: marks((flow) => flow.connmark),
  "ct-state": states,
  "ct-status": () => () => void 0,
  socket,
  dynamic: () => () => void 0,
  opaque: () => () => void 0
};
function compileCondition(condition) {
  return COMPILE[condition.field](condition.values, condition.negated);
}

// src/analysis/netfilter/packet-walk/compile.ts
var HIDDEN = { hidden: "interfaces are not shown without -v" };
function onceMeeting(rule) {
  let made;
  return () => {
    made ??= rule.conditions.map(compileCondition);
    return made;
  };
}
function compileTable(table, set2) {
  const { backend } = set2;
  const hidden = hidesInterfaces(set2) ? HIDDEN : {};
  const chains = /* @__PURE__ */ new Map();
  for (const chain of table.chains) {
    const rules = chain.rules.map((rule) => ({
      rule,
      actions: rule.actions,
      tests: onceMeeting(rule),
      ...hidden
    }));
    chains.set(chain.name, {
      at: `${table.family}/${table.name}/${chain.name}`,
      backend,
      chain,
      rules,
      index: indexChain(chain.rules),
      table: chains
    });
  }
  return chains;
}
function compileRules(rulesets2) {
  const bases = [];
  for (const ruleset of rulesets2) {
    for (const table of ruleset.tables) {
      for (const base of compileTable(table, ruleset).values()) {
        const { hook, priority = 0 } = base.chain;
        if (hook === void 0) continue;
        const families = table.family === "inet" ? ["ip", "ip6"] : [table.family];
        for (const family of families) bases.push({ hook, family, priority, base });
      }
    }
  }
  const undecided = rulesets2.map((set2) => set2.undecided).find((why) => why !== void 0);
  return { bases: bases.sort((a, b) => a.priority - b.priority), undecided };
}
function basesAt(rules, hook, family) {
  return rules.bases.filter((each) => each.hook === hook && each.family === family).map((each) => each.base);
}

// src/analysis/netfilter/packet-walk/evaluate.ts
var MAX_HOPS = 2e6;
var MAX_STEPS = 2e3;
var MAX_DEPTH = 64;
function nestingProblem(chain, rule, target, entered) {
  if (entered.includes(target))
    return `chains jump in a circle: ${chain.at} rule ${rule.position} enters ${target.at} again`;
  if (entered.length > MAX_DEPTH) return `chains are nested more than ${MAX_DEPTH} deep: gave up on ${target.at}`;
  return void 0;
}
function matches({ rule, tests, hidden }, flow, trail, at) {
  let unknown = false;
  for (const test of tests()) {
    const holds = test(flow);
    if (holds === false) return false;
    if (holds === void 0) unknown = true;
  }
  if (!unknown && hidden === void 0) return true;
  const assumed = trail.assumed.get(rule);
  if (assumed === void 0) trail.open ??= { rule, at, ...unknown ? {} : definedFields({ because: hidden }) };
  return assumed ?? false;
}
function unshown(rule, at) {
  const part = hiddenByNft(rule);
  return part === void 0 ? void 0 : `nft does not show all of ${at} rule ${rule.position} (${part})`;
}
function runAction(action, chain, compiled, flow, trail, apply, entered) {
  switch (action.kind) {
    case "accept":
      return { kind: "accept" };
    case "drop":
      return { kind: "drop", at: `${chain.at} rule ${compiled.rule.position}`, reason: "a rule drops it" };
    case "reject":
      return {
        kind: "refuse",
        at: `${chain.at} rule ${compiled.rule.position}`,
        reason: `a rule rejects it${action.reply === void 0 ? "" : ` with ${action.reply}`}`
      };
    case "return":
      return "return";
    case "queue":
      return {
        kind: "unknown",
        reason: `${chain.at} rule ${compiled.rule.position} hands the packet to a program (NFQUEUE)`
      };
    case "opaque":
      return {
        kind: "unknown",
        reason: unshown(compiled.rule, chain.at) ?? `${chain.at} rule ${compiled.rule.position} does something meshctl does not understand: ${compiled.rule.text}`
      };
    case "jump":
    case "goto": {
      const target = chain.table.get(action.chain);
      if (target === void 0)
        return {
          kind: "unknown",
          reason: `${chain.at} rule ${compiled.rule.position} leads to ${action.chain}, which is not in the text`
        };
      if (!target.chain.complete)
        return { kind: "unknown", reason: `the text does not hold all rules of ${action.chain}` };
      const problem = nestingProblem(chain, compiled.rule, target, entered);
      if (problem !== void 0) return { kind: "unknown", reason: problem };
      const end = runChain(target, flow, trail, apply, [...entered, target]);
      return end === "return" && action.kind === "jump" ? "next" : end;
    }
    default:
      return apply(action, flow) ? { kind: "accept" } : "next";
  }
}
function rulesFor(chain, flow) {
  if (chain.index === void 0) return chain.rules;
  return chain.index.candidates(flow).flatMap((place) => chain.rules[place] ?? []);
}
function tooMany(chain, rule, { hops }) {
  const many = hops > MAX_HOPS ? `${MAX_HOPS} rules were asked` : `${MAX_STEPS} rules match`;
  return `the walk was given up at ${chain.at} rule ${rule.position}: more than ${many}`;
}
function runChain(chain, flow, trail, apply, entered) {
  for (const compiled of rulesFor(chain, flow)) {
    const { rule, actions } = compiled;
    if (++trail.hops > MAX_HOPS || trail.steps.length >= MAX_STEPS)
      return { kind: "unknown", reason: tooMany(chain, rule, trail) };
    if (!matches(compiled, flow, trail, chain.at)) continue;
    trail.steps.push({
      hook: flow.hook,
      backend: chain.backend,
      at: chain.at,
      rule: rule.position,
      text: rule.text,
      actions,
      counted: chain.backend !== "native" || rule.counters !== void 0
    });
    for (const action of actions) {
      const result = runAction(action, chain, compiled, flow, trail, apply, entered);
      if (result !== "next") return result;
    }
  }
  return "return";
}
function runBase(base, flow, trail, apply) {
  if (!base.chain.complete) return { kind: "unknown", reason: `the text does not hold all rules of ${base.chain.name}` };
  const verdict = runChain(base, flow, trail, apply, [base]);
  if (verdict !== "return") return verdict;
  if (base.rules.length > 0 || base.chain.policy === "drop") {
    trail.steps.push({
      hook: flow.hook,
      backend: base.backend,
      counted: true,
      at: base.at,
      rule: 0,
      text: `policy ${base.chain.policy ?? "accept"}`,
      actions: []
    });
  }
  if (base.chain.policy === "drop")
    return { kind: "drop", at: `${base.at} policy`, reason: "the policy of the chain drops it" };
  return { kind: "accept" };
}

// src/analysis/netfilter/packet-walk/flow.ts
function setDestination(flow, address4) {
  flow.destination = address4;
  flow.destination4 = address4.family === "ip" ? Number(address4.bits) : Number.NaN;
}
function setSource(flow, address4) {
  flow.source = address4;
  flow.source4 = address4.family === "ip" ? Number(address4.bits) : Number.NaN;
}

// src/analysis/netfilter/packet-walk/routing.ts
var NOWHERE = /* @__PURE__ */ new Set(["unreachable", "prohibit", "blackhole", "throw"]);
function route(machine2, destination, mark) {
  for (const rule of machine2.policyRules) {
    if (rule.family !== destination.family || !rule.exact) continue;
    if (rule.mark !== void 0 && (mark & rule.mark.mask) >>> 0 !== rule.mark.value) continue;
    const found = routeIn(machine2, rule.table, destination);
    if (found === void 0) continue;
    const byMark = rule.mark !== void 0;
    if (NOWHERE.has(found.kind)) return { kind: "none", device: "", route: found, byMark };
    if (found.kind === "local") return { kind: "local", device: "lo", route: found, byMark };
    if (isOwnAddress(machine2, destination)) return { kind: "local", device: "lo", route: found, byMark };
    return { kind: "out", device: found.device ?? "", route: found, byMark };
  }
  if (isOwnAddress(machine2, destination)) return { kind: "local", device: "lo", byMark: false };
  return { kind: "none", device: "", byMark: false };
}
function chooseSource(machine2, destination, decision) {
  if (isLoopback(destination)) return destination.family === "ip" ? { family: "ip", bits: 0x7f000001n } : destination;
  if (isOwnAddress(machine2, destination)) return destination;
  return decision.route?.source ?? primaryAddress(machine2, decision.device, destination.family);
}
function primaryAddress(machine2, device3, family) {
  const own2 = machine2.interfaces.find((each) => each.name === device3)?.addresses.filter((address4) => address4.family === family) ?? [];
  return own2.find((address4) => family === "ip" || address4.bits >> 118n !== 0xfe80n >> 6n) ?? own2[0];
}

// src/analysis/netfilter/packet-walk/targets.ts
var LOCALHOST = {
  ip: { family: "ip", bits: 0x7f000001n },
  ip6: { family: "ip6", bits: 1n }
};
function change2(old, value, mask) {
  return (old & ~Number(mask) ^ Number(value)) >>> 0;
}
function firstPort(ports) {
  const found = /\d+/.exec(ports ?? "");
  return found === null ? void 0 : Number(found[0]);
}
function ownOn({ machine: machine2, family }, name) {
  return machine2.interfaces.find((each) => each.name === name)?.addresses.find((own2) => own2.family === family);
}
function splitTo(to) {
  const found = /^\[?([0-9a-f.:]*?)(?:-[0-9a-f.:]+)?\]?(?::(\d+)(?:-\d+)?)?$/i.exec(to);
  const whole = parseIp(to);
  if (whole !== void 0) return { address: whole, port: void 0 };
  return { address: parseIp(found?.[1] ?? ""), port: found?.[2] === void 0 ? void 0 : Number(found[2]) };
}
function rewrittenTo(rewriting, place) {
  switch (rewriting.kind) {
    case "redirect": {
      const incoming = place.hook === "output" ? void 0 : ownOn(place, place.inName);
      return { address: incoming ?? LOCALHOST[place.family], port: firstPort(rewriting.ports) };
    }
    case "masquerade":
      return { address: ownOn(place, place.outName), port: void 0 };
    default:
      return splitTo(rewriting.to);
  }
}
function translate(action, flow) {
  const { kind } = action;
  if (kind !== "redirect" && kind !== "masquerade" && kind !== "dnat" && kind !== "snat") return false;
  const { address: address4, port } = rewrittenTo(action, flow);
  if (kind === "redirect" || kind === "dnat") {
    if (address4 !== void 0) setDestination(flow, address4);
    flow.destinationPort = port ?? flow.destinationPort;
  } else {
    if (address4 !== void 0) setSource(flow, address4);
    flow.sourcePort = port ?? flow.sourcePort;
  }
  flow.natted = true;
  return true;
}
function tproxy2(action, flow) {
  const address4 = action.address === void 0 ? void 0 : parseIp(action.address);
  flow.tproxy = { port: Number(action.port), address: address4 };
  if (action.mark !== void 0) {
    const [value = "0", mask = "0xffffffff"] = action.mark.split("/");
    flow.mark = change2(flow.mark, value, mask);
  }
}
function applyAction(action, flow) {
  switch (action.kind) {
    case "set-mark":
      flow.mark = change2(flow.mark, action.value, action.mask);
      return false;
    case "set-connmark":
      flow.connmark = change2(flow.connmark, action.value, action.mask);
      return false;
    case "save-mark":
      flow.connmark = (flow.connmark & ~Number(action.ctmask) ^ flow.mark & Number(action.nfmask)) >>> 0;
      return false;
    case "restore-mark":
      flow.mark = (flow.mark & ~Number(action.nfmask) ^ flow.connmark & Number(action.ctmask)) >>> 0;
      return false;
    case "ct-zone":
      flow.zone ??= action.zone;
      return false;
    case "notrack":
      flow.tracked = false;
      return false;
    case "tproxy":
      tproxy2(action, flow);
      return action.mark !== void 0;
    default:
      return translate(action, flow);
  }
}

// src/analysis/netfilter/packet-walk/walk.ts
var MAX_FORKS = 32;
function newFlow(packet, machine2, source, owner) {
  const { family } = packet.destination;
  return {
    family,
    protocol: packet.protocol,
    source,
    source4: family === "ip" ? Number(source.bits) : Number.NaN,
    destination: packet.destination,
    destination4: family === "ip" ? Number(packet.destination.bits) : Number.NaN,
    sourcePort: packet.sourcePort,
    destinationPort: packet.destinationPort,
    inName: packet.interface ?? "",
    outName: "",
    mark: packet.mark ?? 0,
    connmark: packet.connmark ?? 0,
    tracked: true,
    zone: void 0,
    state: packet.state ?? "NEW",
    owner,
    tproxy: void 0,
    destinationDone: false,
    sourceDone: false,
    natted: false,
    hook: packet.interface === void 0 ? "output" : "prerouting",
    machine: machine2
  };
}
function skipsNat(chain, flow) {
  if (chain.chain.kind !== "nat") return false;
  if (!flow.tracked || flow.state !== "NEW") return true;
  return flow.hook === "prerouting" || flow.hook === "output" ? flow.destinationDone : flow.sourceDone;
}
function runHook(hook, rules, flow, trail) {
  flow.hook = hook;
  for (const base of basesAt(rules, hook, flow.family)) {
    if (skipsNat(base, flow)) continue;
    const before = flow.natted;
    flow.natted = false;
    const verdict = runBase(base, flow, trail, applyAction);
    const rewrote = flow.natted;
    flow.natted = before || rewrote;
    if (verdict.kind !== "accept") return verdict;
    if (rewrote) markDone(hook, flow);
  }
  markDone(hook, flow);
  return { kind: "accept" };
}
function markDone(hook, flow) {
  if (hook === "prerouting" || hook === "output") flow.destinationDone = true;
  else if (hook === "input" || hook === "postrouting") flow.sourceDone = true;
}
function stopped(verdict) {
  if (verdict.kind === "accept") return void 0;
  if (verdict.kind === "unknown") return { kind: "insufficient", reason: verdict.reason };
  return { kind: verdict.kind === "drop" ? "dropped" : "refused", reason: verdict.reason, at: verdict.at };
}
function hears(listener, flow, address4, port) {
  if (listener.protocol !== flow.protocol || listener.port !== port) return false;
  if (listener.address !== void 0)
    return listener.address.family === address4.family && listener.address.bits === address4.bits;
  return listener.family === void 0 || listener.family === address4.family;
}
function deliver(flow) {
  const { listeners } = flow.machine;
  const port = flow.tproxy?.port ?? flow.destinationPort;
  const heard = listeners === void 0 || listeners.some(
    (each) => hears(each, flow, flow.destination, port) || flow.tproxy !== void 0 && hears(each, flow, flow.tproxy.address ?? flow.destination, port)
  );
  if (heard) return { kind: "delivered", address: flow.destination, port, transparent: flow.tproxy !== void 0 };
  if (flow.tproxy !== void 0) return { kind: "dropped", reason: `TPROXY drops it: nothing listens on port ${port}` };
  return { kind: "refused", reason: `nothing listens on ${formatIp(flow.destination)} port ${port}` };
}
function receive(rules, flow, trail) {
  return stopped(runHook("input", rules, flow, trail)) ?? deliver(flow);
}
function arrive(rules, flow, trail) {
  const stop = stopped(runHook("prerouting", rules, flow, trail));
  if (stop !== void 0) return stop;
  const decision = route(flow.machine, flow.destination, flow.mark);
  if (decision.kind === "local") return receive(rules, flow, trail);
  if (decision.kind === "none") return { kind: "dropped", reason: `no route to ${formatIp(flow.destination)}` };
  if (!flow.machine.forwarding || isLoopback(flow.source))
    return { kind: "dropped", reason: "the address is not one of this pod, which does not forward" };
  flow.outName = decision.device;
  return stopped(runHook("forward", rules, flow, trail)) ?? leave(rules, flow, trail, decision);
}
function leave(rules, flow, trail, decision) {
  const stop = stopped(runHook("postrouting", rules, flow, trail));
  if (stop !== void 0) return stop;
  if (decision.device !== "lo" && isLoopback(flow.source)) {
    return { kind: "dropped", reason: `its source ${formatIp(flow.source)} may not appear outside the pod` };
  }
  if (decision.device !== "lo")
    return { kind: "sent", device: decision.device, address: flow.destination, port: flow.destinationPort };
  if (++trail.laps > 3) return { kind: "dropped", reason: "routing loop through lo" };
  flow.inName = "lo";
  flow.outName = "";
  flow.owner = void 0;
  return arrive(rules, flow, trail);
}
function depart(rules, flow, trail, first2) {
  flow.outName = first2.device;
  const before = { mark: flow.mark, destination: flow.destination };
  const stop = stopped(runHook("output", rules, flow, trail));
  if (stop !== void 0) return stop;
  const changed = before.mark !== flow.mark || before.destination !== flow.destination;
  const decision = changed ? route(flow.machine, flow.destination, flow.mark) : first2;
  if (decision.kind === "none") return { kind: "dropped", reason: `no route to ${formatIp(flow.destination)}` };
  flow.outName = decision.device;
  return leave(rules, flow, trail, decision);
}
function finish2(packet, flow, trail, disposition) {
  const walk = {
    steps: trail.steps,
    disposition,
    asked: { address: packet.destination, port: packet.destinationPort },
    source: flow?.source,
    rewritten: flow?.natted ?? false,
    mark: flow?.mark ?? 0,
    connmark: flow?.connmark ?? 0,
    notes: []
  };
  return { walk, open: trail.open };
}
function runOnce(rules, machine2, packet, assumed) {
  const trail = { steps: [], assumed, open: void 0, hops: 0, laps: 0 };
  const error = (code, reason) => finish2(packet, void 0, trail, { kind: "error", code, reason });
  if (packet.interface !== void 0) {
    const source2 = packet.source ?? {
      family: packet.destination.family,
      bits: packet.destination.family === "ip" ? 0xcb007163n : 0x20010db8n << 96n | 99n
    };
    const flow2 = newFlow(packet, machine2, source2, void 0);
    return finish2(packet, flow2, trail, arrive(rules, flow2, trail));
  }
  const bound = packet.source;
  if (bound !== void 0 && packet.transparent !== true && !isOwnAddress(machine2, bound)) {
    return error("EADDRNOTAVAIL", `${formatIp(bound)} is not an address of this pod`);
  }
  const first2 = route(machine2, packet.destination, packet.mark ?? 0);
  const lost = first2.byMark && first2.kind === "local" && bound === void 0 && !isOwnAddress(machine2, packet.destination);
  if (first2.kind === "none" || lost)
    return error("ENETUNREACH", lost ? "the socket's mark picks a routing table that knows no way out" : "no route");
  const source = bound ?? chooseSource(machine2, packet.destination, first2);
  if (source === void 0) return error("ENETUNREACH", `no address of that family on ${first2.device}`);
  const owner = packet.uid === void 0 ? void 0 : { uid: packet.uid, gid: packet.gid ?? packet.uid };
  const flow = newFlow(packet, machine2, source, owner);
  if (bound !== void 0) setSource(flow, bound);
  return finish2(packet, flow, trail, depart(rules, flow, trail, first2));
}
function landing(walk) {
  const { disposition: end } = walk;
  if (end.kind === "delivered" || end.kind === "sent") return `${end.kind} ${formatIp(end.address)} ${end.port}`;
  return end.kind === "insufficient" ? `insufficient ${end.reason}` : end.kind;
}
function walkPacket(rules, machine2, packet) {
  if (rules.undecided !== void 0) {
    const nothing = { steps: [], assumed: /* @__PURE__ */ new Map(), open: void 0, hops: 0, laps: 0 };
    return finish2(packet, void 0, nothing, { kind: "insufficient", reason: rules.undecided }).walk;
  }
  const first2 = runOnce(rules, machine2, packet, /* @__PURE__ */ new Map());
  if (first2.open === void 0) return first2.walk;
  const pending = [/* @__PURE__ */ new Map([[first2.open.rule, true]]), /* @__PURE__ */ new Map([[first2.open.rule, false]])];
  const { rule, at, because } = first2.open;
  const reason = because ?? unshown(rule, at) ?? `it depends on something the rules do not tell: ${at} rule ${rule.position}: ${rule.text}`;
  for (let forks = 0; pending.length > 0; forks++) {
    const assumed = pending.pop() ?? /* @__PURE__ */ new Map();
    const run = runOnce(rules, machine2, packet, assumed);
    if (landing(run.walk) !== landing(first2.walk)) return { ...first2.walk, disposition: { kind: "insufficient", reason } };
    if (forks >= MAX_FORKS) {
      const gaveUp = `${reason}; it is not the only one, and the walk was given up after ${MAX_FORKS} combinations`;
      return { ...first2.walk, disposition: { kind: "insufficient", reason: gaveUp } };
    }
    if (run.open !== void 0)
      pending.push(new Map(assumed).set(run.open.rule, true), new Map(assumed).set(run.open.rule, false));
  }
  return {
    ...first2.walk,
    notes: [
      because === void 0 ? `${at} rule ${rule.position} cannot be decided from the text, but both ways end alike` : `${because}, but whatever they are the packet ends alike`
    ]
  };
}

// src/analysis/netfilter/packet-sets/diagram.ts
var LEAF_LEVEL = 2147483647;
var FALSE = 0;
var TRUE = 1;
var TooManyNodes = class extends Error {
};
var { imul, min } = Math;
var FIRST_NODES = 1 << 12;
var MOST_CACHED = 1 << 19;
function hash(a, b, c) {
  let h = imul(a, 2654435761) ^ imul(b, 2246822507) ^ imul(c, 3266489909);
  h ^= h >>> 15;
  h = imul(h, 739982445);
  return h ^ h >>> 13;
}
function grown(old, size) {
  const larger = new Int32Array(size);
  larger.set(old);
  return larger;
}
var MOST_NODES = 1 << 24;
function tripleMemo(places) {
  let entries = new Int32Array(places * 4);
  const slotOf = (a, b, c) => (a + imul(b, 1021) + imul(c, 31) & entries.length / 4 - 1) * 4;
  return {
    get: (a, b, c) => {
      const slot = slotOf(a, b, c);
      return entries[slot] === a + 1 && entries[slot + 1] === b && entries[slot + 2] === c ? entries[slot + 3] : void 0;
    },
    set: (a, b, c, result) => {
      const slot = slotOf(a, b, c);
      entries[slot] = a + 1;
      entries[slot + 1] = b;
      entries[slot + 2] = c;
      entries[slot + 3] = result;
    },
    grow: (more) => {
      if (more * 4 > entries.length) entries = new Int32Array(more * 4);
    }
  };
}
var STRIDE = 4;
var SHARING = 4;
var SLOTS = 2;
function createDiagram(expected = FIRST_NODES, limit = MOST_NODES) {
  const first2 = Math.max(FIRST_NODES, 2 ** Math.ceil(Math.log2(expected)));
  let nodes = new Int32Array(first2 * STRIDE);
  let near = new Int32Array(first2 * SLOTS);
  let far = new Int32Array(FIRST_NODES);
  let farCount = 0;
  const cache = tripleMemo(min(first2, MOST_CACHED));
  let room = first2;
  let count2 = 0;
  const leaves = /* @__PURE__ */ new Map();
  const level = (node2) => nodes[node2 * STRIDE] ?? LEAF_LEVEL;
  const low = (node2) => nodes[node2 * STRIDE + 1] ?? FALSE;
  const high = (node2) => nodes[node2 * STRIDE + 2] ?? FALSE;
  const isNode = (node2, at, lowNode, highNode) => {
    const start = node2 * STRIDE;
    return nodes[start] === at && nodes[start + 1] === lowNode && nodes[start + 2] === highNode;
  };
  const farPlace = (at, lowNode, highNode) => {
    const mask = far.length - 1;
    let place = hash(at, lowNode, highNode) & mask;
    for (; ; ) {
      const found = far[place] ?? 0;
      if (found === 0 || isNode(found - 1, at, lowNode, highNode)) return place;
      place = place + 1 & mask;
    }
  };
  const growFar = () => {
    const before = far;
    far = new Int32Array(before.length * 2);
    for (const found of before)
      if (found !== 0) far[farPlace(level(found - 1), low(found - 1), high(found - 1))] = found;
  };
  const grow = () => {
    room *= 2;
    nodes = grown(nodes, room * STRIDE);
    near = grown(near, room * SLOTS);
    if (room <= MOST_CACHED) cache.grow(room);
  };
  const add = (at, lowNode, highNode) => {
    if (count2 >= limit) throw new TooManyNodes("the rules split packets into more parts than can be held");
    if (count2 === room) grow();
    const start = count2 * STRIDE;
    nodes[start] = at;
    nodes[start + 1] = lowNode;
    nodes[start + 2] = highNode;
    return count2++;
  };
  const leaf = (value) => {
    const known = leaves.get(value);
    if (known !== void 0) return known;
    const node2 = add(LEAF_LEVEL, value, value);
    leaves.set(value, node2);
    return node2;
  };
  leaf(0);
  leaf(1);
  const make = (at, lowNode, highNode) => {
    if (lowNode === highNode) return lowNode;
    const newest = lowNode > highNode ? lowNode : highNode;
    const bucket = (newest & -SHARING) * SLOTS;
    for (let place2 = bucket; place2 < bucket + SHARING * SLOTS; place2++) {
      const found2 = near[place2] ?? 0;
      if (found2 === 0) {
        const node3 = add(at, lowNode, highNode);
        near[place2] = node3 + 1;
        return node3;
      }
      if (isNode(found2 - 1, at, lowNode, highNode)) return found2 - 1;
    }
    const place = farPlace(at, lowNode, highNode);
    const found = far[place] ?? 0;
    if (found !== 0) return found - 1;
    const node2 = add(at, lowNode, highNode);
    far[place] = node2 + 1;
    farCount++;
    if (farCount * 2 > far.length) growFar();
    return node2;
  };
  const choose = (condition, then2, otherwise) => {
    if (condition === TRUE || then2 === otherwise) return then2;
    if (condition === FALSE) return otherwise;
    if (then2 === TRUE && otherwise === FALSE) return condition;
    const known = cache.get(condition, then2, otherwise);
    if (known !== void 0) return known;
    const c = level(condition);
    const t = level(then2);
    const o = level(otherwise);
    const top = min(c, t, o);
    const result = make(
      top,
      choose(
        c === top ? low(condition) : condition,
        t === top ? low(then2) : then2,
        o === top ? low(otherwise) : otherwise
      ),
      choose(
        c === top ? high(condition) : condition,
        t === top ? high(then2) : then2,
        o === top ? high(otherwise) : otherwise
      )
    );
    cache.set(condition, then2, otherwise, result);
    return result;
  };
  return {
    leaf,
    outcome: (node2) => level(node2) === LEAF_LEVEL ? low(node2) : void 0,
    level,
    low,
    high,
    make,
    choose,
    and: (a, b) => choose(a, b, FALSE),
    or: (a, b) => choose(a, TRUE, b),
    not: (a) => choose(a, FALSE, TRUE),
    branch: (at, lowNode, highNode) => at < level(lowNode) && at < level(highNode) ? make(at, lowNode, highNode) : choose(make(at, FALSE, TRUE), highNode, lowNode),
    size: () => count2,
    limit
  };
}
function branchOf(diagram, node2, level, high) {
  if (diagram.level(node2) !== level) return node2;
  return high ? diagram.high(node2) : diagram.low(node2);
}
var MANY = 2e3;
function nodeMemo(diagram) {
  const few = /* @__PURE__ */ new Map();
  const size = diagram.size();
  let many;
  return {
    get: (node2) => {
      if (many === void 0) return few.get(node2);
      const found = many[node2] ?? 0;
      return found === 0 ? void 0 : found - 1;
    },
    set: (node2, result) => {
      if (many !== void 0) {
        many[node2] = result + 1;
        return;
      }
      few.set(node2, result);
      if (few.size <= MANY || few.size < size / 256) return;
      many = new Int32Array(size);
      for (const [each, known] of few) many[each] = known + 1;
    }
  };
}
function replaceOutcomes(diagram, node2, become) {
  const done = nodeMemo(diagram);
  const visit = (each) => {
    const known = done.get(each);
    if (known !== void 0) return known;
    const value = diagram.outcome(each);
    const result = value === void 0 ? diagram.branch(diagram.level(each), visit(diagram.low(each)), visit(diagram.high(each))) : become(value);
    done.set(each, result);
    return result;
  };
  return visit(node2);
}
function outcomesOf(diagram, node2) {
  const found = /* @__PURE__ */ new Set();
  const seen = nodeMemo(diagram);
  const visit = (each) => {
    if (seen.get(each) !== void 0) return;
    seen.set(each, each);
    const value = diagram.outcome(each);
    if (value === void 0) {
      visit(diagram.low(each));
      visit(diagram.high(each));
    } else found.add(value);
  };
  visit(node2);
  return found;
}
function whereOutcome(diagram, node2, wanted) {
  return replaceOutcomes(diagram, node2, (value) => wanted(value) ? TRUE : FALSE);
}
function restricted(diagram, node2, condition) {
  if (condition === FALSE) return node2;
  const memos = /* @__PURE__ */ new Map();
  const visit = (each, care) => {
    const level = diagram.level(each);
    if (care === TRUE || level === LEAF_LEVEL) return each;
    const memo = memos.get(care) ?? nodeMemo(diagram);
    memos.set(care, memo);
    const known = memo.get(each);
    if (known !== void 0) return known;
    const result = diagram.level(care) < level ? behind(each, care) : inside(each, care);
    memo.set(each, result);
    return result;
  };
  const behind = (each, care) => {
    const [low, high] = [diagram.low(care), diagram.high(care)];
    return visit(each, low === FALSE ? high : high === FALSE ? low : diagram.or(low, high));
  };
  const inside = (each, care) => {
    const level = diagram.level(each);
    const low = branchOf(diagram, care, level, false);
    const high = branchOf(diagram, care, level, true);
    if (low === FALSE) return visit(diagram.high(each), high);
    if (high === FALSE) return visit(diagram.low(each), low);
    return diagram.make(level, visit(diagram.low(each), low), visit(diagram.high(each), high));
  };
  return visit(node2, condition);
}

// src/analysis/netfilter/packet-sets/dimensions.ts
var UNDECIDED_LEVEL = 1 << 12;
var CHANGEABLE_LEVEL = 1 << 20;
var PROTOCOLS2 = ["tcp", "udp", "icmp", "icmpv6", "sctp", "dccp", "udplite"];
var WITH_PORTS = /* @__PURE__ */ new Set(["tcp", "udp", "sctp", "dccp", "udplite"]);
function hasPorts2(protocol) {
  return WITH_PORTS.has(protocol);
}
var STATES = ["NEW", "ESTABLISHED", "RELATED", "INVALID", "UNTRACKED"];
var ANY_OTHER = "(any other)";
function bitsFor(codes) {
  return Math.max(1, Math.ceil(Math.log2(codes + 1)));
}
function namesIn(rulesets2) {
  const protocols = /* @__PURE__ */ new Set();
  const interfaces = /* @__PURE__ */ new Set();
  for (const { rule } of everyRule(rulesets2))
    for (const { field, values } of rule.conditions) {
      if (field === "protocol") for (const value of values) protocols.add(value);
      else if (field === "in-interface" || field === "out-interface") for (const value of values) interfaces.add(value);
    }
  return { protocols, interfaces };
}
function dimensionsFor(protocols, interfaces) {
  let start = 0;
  const block = (name, bits, reserved = bits) => {
    const dimension = { name, start, bits };
    start += reserved;
    return dimension;
  };
  const upper2 = {
    protocol: block("protocol", bitsFor(protocols)),
    destination: block("destination", 128),
    "destination-port": block("destination-port", 16),
    owner: block("owner", 1),
    uid: block("uid", 32),
    gid: block("gid", 32),
    source: block("source", 128),
    "source-port": block("source-port", 16),
    "in-interface": block("in-interface", bitsFor(interfaces)),
    "out-interface": block("out-interface", bitsFor(interfaces))
  };
  start = CHANGEABLE_LEVEL;
  return {
    ...upper2,
    "ct-state": block("ct-state", 3),
    mark: block("mark", 32),
    connmark: block("connmark", 32)
  };
}
function packetSpace(diagram, family, rulesets2, machine2) {
  const named2 = namesIn(rulesets2);
  const protocols = [.../* @__PURE__ */ new Set([...PROTOCOLS2, ...named2.protocols])];
  const ofRules = [...named2.interfaces].map((name) => name.replace(/\+$/, "*"));
  const interfaces = [.../* @__PURE__ */ new Set(["", "lo", ...machine2.interfaces.map(({ name }) => name), ...ofRules])];
  const dimensions = dimensionsFor(protocols.length, interfaces.length);
  const { destination, source } = dimensions;
  const bits = family === "ip" ? 32 : 128;
  const fitted = { ...dimensions, destination: { ...destination, bits }, source: { ...source, bits } };
  const withPorts3 = protocols.map((name, code) => hasPorts2(name) ? equalTo(diagram, fitted.protocol, code) : FALSE).reduce((all, one2) => diagram.or(all, one2), FALSE);
  const asksInterfaces = [...named2.interfaces].some((name) => name !== "lo");
  return { diagram, family, dimensions: fitted, protocols, interfaces, asksInterfaces, withPorts: withPorts3 };
}
function maskedBits(diagram, { start, bits }, value, mask, inside = TRUE) {
  let node2 = inside;
  for (let bit = 0; bit < bits; bit++) {
    const shift = BigInt(bit);
    if ((mask >> shift & 1n) === 0n) continue;
    const level = start + bits - 1 - bit;
    node2 = (value >> shift & 1n) === 1n ? diagram.make(level, FALSE, node2) : diagram.make(level, node2, FALSE);
  }
  return node2;
}
function maskedBits32(diagram, { start, bits }, value, mask, inside = TRUE) {
  let node2 = inside;
  for (let bit = 0; bit < bits; bit++) {
    if ((mask >>> bit & 1) === 0) continue;
    const level = start + bits - 1 - bit;
    node2 = (value >>> bit & 1) === 1 ? diagram.make(level, FALSE, node2) : diagram.make(level, node2, FALSE);
  }
  return node2;
}
function equalTo(diagram, dimension, value, inside = TRUE) {
  return maskedBits32(diagram, dimension, value, 4294967295, inside);
}
function atLeast(diagram, { start, bits }, value) {
  let node2 = TRUE;
  for (let bit = 0; bit < bits; bit++) {
    const level = start + bits - 1 - bit;
    const up = (value >> BigInt(bit) & 1n) === 1n;
    node2 = up ? diagram.make(level, FALSE, node2) : diagram.make(level, node2, TRUE);
  }
  return node2;
}
function betweenWide(diagram, dimension, from, to) {
  const most = (1n << BigInt(dimension.bits)) - 1n;
  const above = atLeast(diagram, dimension, from);
  return to >= most ? above : diagram.and(above, diagram.not(atLeast(diagram, dimension, to + 1n)));
}
function between(diagram, { start, bits }, from, to, inside = TRUE) {
  const visit = (bit, base) => {
    const size = 2 ** (bits - bit);
    if (base > to || base + size - 1 < from) return FALSE;
    if (base >= from && base + size - 1 <= to) return inside;
    return diagram.make(start + bit, visit(bit + 1, base), visit(bit + 1, base + size / 2));
  };
  return from <= to ? visit(0, 0) : FALSE;
}
function withValues(diagram, node2, known) {
  if (known.length === 0) return node2;
  const results = nodeMemo(diagram);
  const visit = (each) => {
    const level = diagram.level(each);
    if (level === LEAF_LEVEL) return each;
    const before = results.get(each);
    if (before !== void 0) return before;
    const block = known.find(({ dimension }) => level >= dimension.start && level < dimension.start + dimension.bits);
    let result;
    if (block === void 0) result = diagram.make(level, visit(diagram.low(each)), visit(diagram.high(each)));
    else {
      const shift = BigInt(block.dimension.start + block.dimension.bits - 1 - level);
      result = visit((block.value >> shift & 1n) === 1n ? diagram.high(each) : diagram.low(each));
    }
    results.set(each, result);
    return result;
  };
  return visit(node2);
}

// src/analysis/netfilter/packet-sets/outcomes.ts
var NO_PACKET = 0;
function outcomeTable() {
  const all = [];
  const numbers3 = /* @__PURE__ */ new Map();
  const number = (outcome) => {
    const key = JSON.stringify(outcome);
    const known = numbers3.get(key) ?? all.push(outcome) - 1;
    numbers3.set(key, known);
    return known;
  };
  number({ kind: "none" });
  return { number, outcome: (index) => all[index] ?? { kind: "none" } };
}
function outcomeKey(outcome) {
  switch (outcome.kind) {
    case "delivered":
    case "sent":
      return `${outcome.kind} ${outcome.address} ${outcome.port}`;
    case "insufficient":
      return `insufficient ${outcome.depends.map((each) => `${each.at} ${each.rule}`).join()}`;
    default:
      return outcome.kind;
  }
}
function dependsOn(at, rule, why) {
  return { kind: "insufficient", depends: [{ at, rule: rule.position, text: rule.text, why }] };
}
function outcomeVerdict(outcome) {
  switch (outcome.kind) {
    case "delivered":
      if (outcome.turned === void 0) return "direct";
      return outcome.turned === "elsewhere" ? "redirected" : "captured";
    case "sent":
      return "escapes";
    default:
      return outcome.kind;
  }
}

// src/analysis/netfilter/packet-sets/region-words.ts
var PROPERTY = {
  protocol: "protocol",
  destination: "destination",
  "destination-port": "port",
  owner: "socket-owner",
  uid: "uid",
  gid: "gid",
  source: "source",
  "source-port": "source-port",
  "in-interface": "interface",
  "out-interface": "interface",
  "ct-state": "state",
  mark: "mark",
  connmark: "connmark"
};
function prefixes({ family }, { from, to }, most) {
  const width = family === "ip" ? 32 : 128;
  const found = [];
  let at = from;
  while (at <= to) {
    if (found.length === most) return void 0;
    let length = width;
    while (length > 0) {
      const size = 1n << BigInt(width - length + 1);
      if (at % size !== 0n || at + size - 1n > to) break;
      length--;
    }
    found.push(length === width ? formatIp({ family, bits: at }) : `${formatIp({ family, bits: at })}/${length}`);
    at += 1n << BigInt(width - length);
  }
  return found;
}
function cover(bits, values) {
  const from = values[0]?.from ?? 0n;
  const to = values.at(-1)?.to ?? 0n;
  let size = 1n;
  while (size < 1n << BigInt(bits) && from - from % size + size - 1n < to) size *= 2n;
  const start = from - from % size;
  const whole = { from: start, to: start + size - 1n };
  const holes = outside(values, bits).map((each) => ({ from: each.from > whole.from ? each.from : whole.from, to: each.to < whole.to ? each.to : whole.to })).filter((each) => each.from <= each.to);
  return { whole, holes };
}
function runWords(space, each) {
  const { family } = space;
  return prefixes(space, each, 3) ?? [`${formatIp({ family, bits: each.from })}-${formatIp({ family, bits: each.to })}`];
}
function addressWords(space, values) {
  const words = values.flatMap((each) => runWords(space, each));
  if (words.length < 2 && !words.some((word) => word.includes("-"))) return words;
  const { whole, holes } = cover(space.dimensions.destination.bits, values);
  const left = holes.flatMap((each) => runWords(space, each));
  const named2 = runWords(space, whole);
  return left.length < words.length ? [`${named2.join(", ")} except ${left.join(" and ")}`] : words;
}
function outside(values, bits) {
  const gaps = [];
  let next2 = 0n;
  for (const { from, to } of values) {
    if (from > next2) gaps.push({ from: next2, to: from - 1n });
    next2 = to + 1n;
  }
  const last2 = (1n << BigInt(bits)) - 1n;
  return next2 <= last2 ? [...gaps, { from: next2, to: last2 }] : gaps;
}
var FEW = 3n;
function numberWords(values) {
  return values.flatMap(({ from, to }) => {
    if (to - from < FEW) return Array.from({ length: Number(to - from) + 1 }, (_, place) => String(from + BigInt(place)));
    return [`${from}-${to}`];
  });
}
function names(list2, values, rest2) {
  const known = list2.filter((_, code) => values.some(({ from, to }) => from <= BigInt(code) && BigInt(code) <= to));
  const other = values.some(({ to }) => to >= BigInt(list2.length));
  return other ? [...known, rest2] : known;
}
var PORTS3 = /* @__PURE__ */ new Set(["destination-port", "source-port"]);
function withoutPortZero({ dimension, values }) {
  if (!PORTS3.has(dimension) || values.every(({ to }) => to === 0n)) return values;
  return values.flatMap(({ from, to }) => from > 0n ? [{ from, to }] : to > 0n ? [{ from: 1n, to }] : []);
}
function leftOut({ dimensions }, { dimension, values }) {
  const gaps = outside(values, dimensions[dimension].bits);
  return withoutPortZero({ dimension, values: gaps }).filter(({ to }) => to > 0n || !PORTS3.has(dimension));
}
function partValues(space, part) {
  const { dimension } = part;
  const values = withoutPortZero(part);
  switch (dimension) {
    case "destination":
    case "source":
      return addressWords(space, values);
    case "protocol":
      return names(space.protocols, values, "any other protocol");
    case "in-interface":
    case "out-interface":
      return names(space.interfaces, values, "any other");
    case "ct-state":
      return names(STATES, values, "any other");
    case "mark":
    case "connmark":
      return values.map(
        ({ from, to }) => from === to ? `0x${from.toString(16)}` : `0x${from.toString(16)}-0x${to.toString(16)}`
      );
    case "owner":
      return values.map(({ from }) => from === 1n ? "yes" : "no");
    default:
      return numberWords(values);
  }
}
var NOUNS2 = {
  protocol: ["protocol", "protocols"],
  destination: ["destination", "destinations"],
  "destination-port": ["port", "ports"],
  owner: ["socket owner", "socket owner"],
  uid: ["uid", "uids"],
  gid: ["gid", "gids"],
  source: ["source", "sources"],
  "source-port": ["source port", "source ports"],
  "in-interface": ["interface", "interfaces"],
  "out-interface": ["interface", "interfaces"],
  "ct-state": ["state", "states"],
  mark: ["mark", "marks"],
  connmark: ["connection mark", "connection marks"]
};
var MOST_VALUES = 12;
function shortList(words) {
  return words.length > MOST_VALUES ? `${words.slice(0, MOST_VALUES).join(", ")} and ${words.length - MOST_VALUES} more` : words.join(", ");
}
function partWords(space, part) {
  const { dimension, values } = part;
  const [one2, many] = NOUNS2[dimension];
  const words = partValues(space, part);
  if (dimension === "protocol" && words.length === 1) return (words[0] ?? "").toUpperCase();
  const gaps = leftOut(space, part);
  const named2 = dimension === "in-interface" || dimension === "out-interface" || dimension === "protocol";
  const complement = partValues(space, { dimension, values: gaps }).filter((word) => word !== "");
  const wide = values.length > 1 && gaps.length <= values.length;
  const open = named2 ? words.includes("any other") && complement.length > 0 : wide && complement.length <= words.length;
  if (open) return `${many} other than ${shortList(complement)}`;
  return `${words.length === 1 && !/-/.test(words[0] ?? "") ? one2 : many} ${shortList(words)}`;
}
var ORDER = [
  "protocol",
  "in-interface",
  "out-interface",
  "source",
  "source-port",
  "destination",
  "destination-port",
  "uid",
  "gid",
  "owner",
  "ct-state",
  "mark",
  "connmark"
];
function regionWords(space, { parts: parts2 }) {
  return parts2.toSorted((a, b) => ORDER.indexOf(a.dimension) - ORDER.indexOf(b.dimension)).map((part) => partWords(space, part)).join(" ");
}

// src/analysis/netfilter/packet-sets/regions.ts
function isIn({ start, bits }, level) {
  return level >= start && level < start + bits;
}
function askedDimensions({ diagram, dimensions }, node2) {
  const all = Object.values(dimensions);
  const levels = /* @__PURE__ */ new Set();
  const seen = nodeMemo(diagram);
  const visit = (each) => {
    if (seen.get(each) !== void 0) return;
    seen.set(each, each);
    const level = diagram.level(each);
    if (level === LEAF_LEVEL) return;
    levels.add(level);
    visit(diagram.low(each));
    visit(diagram.high(each));
  };
  visit(node2);
  return all.filter((dimension) => [...levels].some((level) => isIn(dimension, level)));
}
function project(diagram, node2, kept, all) {
  const done = nodeMemo(diagram);
  const stop = all ? FALSE : TRUE;
  const isKept = /* @__PURE__ */ new Map();
  const keeps = (level) => {
    const known = isKept.get(level) ?? kept.some((dimension) => isIn(dimension, level));
    isKept.set(level, known);
    return known;
  };
  const visit = (each) => {
    if (each === FALSE || each === TRUE) return each;
    const known = done.get(each);
    if (known !== void 0) return known;
    const level = diagram.level(each);
    const low = visit(diagram.low(each));
    let result;
    if (keeps(level)) result = diagram.make(level, low, visit(diagram.high(each)));
    else if (low === stop) result = low;
    else result = all ? diagram.and(low, visit(diagram.high(each))) : diagram.or(low, visit(diagram.high(each)));
    done.set(each, result);
    return result;
  };
  return visit(node2);
}
function groupsOf(diagram, dimension, node2) {
  return dimension.bits > 32 ? wideGroups(diagram, dimension, node2) : narrowGroups(diagram, dimension, node2);
}
function valuesOf(diagram, dimension, node2) {
  return groupsOf(diagram, dimension, node2).flatMap(({ values }) => values()).sort((a, b) => a.from < b.from ? -1 : 1);
}
function narrowGroups(diagram, { start, bits }, node2) {
  const groups2 = /* @__PURE__ */ new Map();
  const visit = (each, bit, base) => {
    if (each === FALSE) return;
    const level = diagram.level(each);
    const size = 2 ** (bits - bit);
    if (level >= start + bits) {
      const group = groups2.get(each);
      if (group === void 0) groups2.set(each, [base, base + size - 1]);
      else if (group[group.length - 1] === base - 1) group[group.length - 1] = base + size - 1;
      else group.push(base, base + size - 1);
      return;
    }
    const here = level === start + bit;
    visit(here ? diagram.low(each) : each, bit + 1, base);
    visit(here ? diagram.high(each) : each, bit + 1, base + size / 2);
  };
  visit(node2, 0, 0);
  return [...groups2].map(([rest2, ends]) => {
    let size = 0;
    for (let place = 0; place < ends.length; place += 2) size += (ends[place + 1] ?? 0) - (ends[place] ?? 0) + 1;
    return { rest: rest2, size, values: () => intervals(ends) };
  });
}
function intervals(ends) {
  const found = [];
  for (let place = 0; place < ends.length; place += 2)
    found.push({ from: BigInt(ends[place] ?? 0), to: BigInt(ends[place + 1] ?? 0) });
  return found;
}
function wideGroups(diagram, { start, bits }, node2) {
  const groups2 = /* @__PURE__ */ new Map();
  const visit = (each, bit, base) => {
    if (each === FALSE) return;
    const level = diagram.level(each);
    if (level >= start + bits) {
      const to = base + (1n << BigInt(bits - bit)) - 1n;
      const group = groups2.get(each);
      const last2 = group?.at(-1);
      if (group === void 0 || last2 === void 0) groups2.set(each, [{ from: base, to }]);
      else if (last2.to + 1n === base) group[group.length - 1] = { from: last2.from, to };
      else group.push({ from: base, to });
      return;
    }
    const half = 1n << BigInt(bits - bit - 1);
    const here = level === start + bit;
    visit(here ? diagram.low(each) : each, bit + 1, base);
    visit(here ? diagram.high(each) : each, bit + 1, base + half);
  };
  visit(node2, 0, 0n);
  return [...groups2].map(([rest2, values]) => {
    let size = 0;
    for (const { from, to } of values) size += Number(to) - Number(from) + 1;
    return { rest: rest2, size, values: () => values };
  });
}
var MOST_CONJUNCTIONS = 2e4;
function countConjunctions(diagram, dimensions, node2) {
  const known = dimensions.map(() => /* @__PURE__ */ new Map());
  const count2 = (place, each) => {
    const dimension = dimensions[place];
    if (each === FALSE) return 0;
    if (dimension === void 0 || place === dimensions.length - 1) return 1;
    const found = known[place]?.get(each);
    if (found !== void 0) return found;
    const sum = groupsOf(diagram, dimension, each).reduce((all, { rest: rest2 }) => all + count2(place + 1, rest2), 0);
    known[place]?.set(each, sum);
    return sum;
  };
  return count2(0, node2);
}
function conjunctions(diagram, dimensions, node2, room) {
  const densities = /* @__PURE__ */ new Map([
    [FALSE, 0],
    [TRUE, 1]
  ]);
  const density = (each) => {
    const known = densities.get(each);
    if (known !== void 0) return known;
    const result = (density(diagram.low(each)) + density(diagram.high(each))) / 2;
    densities.set(each, result);
    return result;
  };
  const within = (place, each) => {
    const dimension = dimensions[place];
    if (each === FALSE || room.left <= 0) return [];
    if (dimension === void 0 || place === dimensions.length - 1) {
      room.left--;
      const values = () => dimension === void 0 ? [] : [{ dimension: dimension.name, values: valuesOf(diagram, dimension, each) }];
      return [{ share: density(each), parts: values }];
    }
    const found = [];
    for (const { rest: rest2, size, values } of groupsOf(diagram, dimension, each)) {
      const share = size / 2 ** dimension.bits;
      for (const later of within(place + 1, rest2))
        found.push({
          share: share * later.share,
          parts: () => [{ dimension: dimension.name, values: values() }, ...later.parts()]
        });
    }
    return found;
  };
  return within(0, node2);
}
function joined(diagram, dimension, values, free) {
  const allowed = valuesOf(diagram, dimension, free);
  const result = [];
  for (const each of values) {
    const last2 = result.at(-1);
    const within = last2 !== void 0 && allowed.some(({ from, to }) => from <= last2.from && each.to <= to);
    if (last2 !== void 0 && within) result[result.length - 1] = { from: last2.from, to: each.to };
    else result.push(each);
  }
  return result;
}
var MOST_JOINED = 3;
var MOST_EXPANDED = 60;
function partNode({ diagram, dimensions }, { dimension, values }) {
  return values.reduce(
    (all, { from, to }) => diagram.or(all, betweenWide(diagram, dimensions[dimension], from, to)),
    FALSE
  );
}
function expanded(space, given, free) {
  const { diagram, dimensions } = space;
  const parts2 = [...given];
  for (const [place, part] of parts2.entries()) {
    const dimension = dimensions[part.dimension];
    const others = parts2.filter((_, index) => index !== place).map((each) => partNode(space, each));
    const here = others.reduce((all, each) => diagram.and(all, each), TRUE);
    const allowed = project(diagram, diagram.or(free, diagram.not(here)), [dimension], true);
    parts2[place] = { ...part, values: joined(diagram, dimension, part.values, allowed) };
  }
  return parts2;
}
function subsets(items, size) {
  if (size === 0) return [[]];
  return items.flatMap((item, index) => subsets(items.slice(index + 1), size - 1).map((rest2) => [item, ...rest2]));
}
function fixedValues(space, domain) {
  const { diagram } = space;
  return askedDimensions(space, domain).flatMap((dimension) => {
    const [first2, ...more] = valuesOf(diagram, dimension, project(diagram, domain, [dimension], false));
    const single = first2 !== void 0 && more.length === 0 && first2.from === first2.to;
    return single ? [{ dimension, value: first2.from }] : [];
  });
}
var MAYBE_IDLE = /* @__PURE__ */ new Set(["uid", "gid", "source", "in-interface", "out-interface"]);
function sizesFor(count2) {
  if (count2 <= 5) return Array.from({ length: count2 }, (_, index) => index + 1);
  return [1, 2, count2];
}
function withoutIdle(space, wholeSet, wholeDomain) {
  const { diagram } = space;
  let set2 = wholeSet;
  let domain = wholeDomain;
  let tested = new Set(askedDimensions(space, set2));
  for (const dimension of askedDimensions(space, domain)) {
    if (!MAYBE_IDLE.has(dimension.name)) continue;
    const without = (node2) => project(
      diagram,
      node2,
      askedDimensions(space, node2).filter((each) => each !== dimension),
      false
    );
    if (tested.has(dimension)) {
      const inside = diagram.and(set2, domain);
      const some = without(inside);
      if (diagram.and(some, domain) !== inside) continue;
      set2 = some;
      tested = new Set(askedDimensions(space, set2));
    }
    domain = without(domain);
  }
  return { set: set2, domain };
}
function regionsOf(space, wholeSet, wholeDomain, { made = MOST_CONJUNCTIONS, listed = Number.POSITIVE_INFINITY } = {}) {
  const { diagram } = space;
  const fixed2 = fixedValues(space, wholeDomain);
  const { set: set2, domain } = withoutIdle(
    space,
    withValues(diagram, wholeSet, fixed2),
    withValues(diagram, wholeDomain, fixed2)
  );
  let left = diagram.and(set2, domain);
  if (left === FALSE) return { regions: [], smaller: 0, more: 0 };
  const loose = diagram.or(set2, diagram.not(domain));
  if (loose === TRUE) return { regions: [{ parts: [], share: 1 }], smaller: 0, more: 0 };
  const asked = askedDimensions(space, loose);
  const found = [];
  const room = { left: made };
  let more = 0;
  for (const size of sizesFor(asked.length)) {
    if (left === FALSE) break;
    for (const kept of subsets(asked, size)) {
      const every = kept.length === asked.length;
      const whole = every ? loose : project(diagram, loose, kept, true);
      if (whole === FALSE) continue;
      const wanted = every ? left : diagram.and(whole, project(diagram, left, kept, false));
      if (wanted === FALSE) continue;
      const here = conjunctions(diagram, kept, wanted, room);
      if (room.left <= 0) more += countConjunctions(diagram, kept, wanted) - here.length;
      const plain3 = here.length > MOST_EXPANDED || size > MOST_JOINED;
      for (const each of here) found.push(plain3 ? each : { ...each, parts: () => expanded(space, each.parts(), whole) });
      left = every ? FALSE : diagram.and(left, diagram.not(whole));
      if (left === FALSE) break;
    }
  }
  const largest = found.toSorted((a, b) => b.share - a.share).slice(0, listed);
  return {
    regions: largest.map(({ share, parts: parts2 }) => ({ share, parts: parts2() })),
    smaller: found.length - largest.length,
    more
  };
}
var OUTSIDE = -2;
function shares(diagram, gated) {
  const result = /* @__PURE__ */ new Map();
  const order = [];
  const places = nodeMemo(diagram);
  const visit = (each) => {
    if (places.get(each) !== void 0) return;
    places.set(each, 0);
    if (diagram.level(each) !== LEAF_LEVEL) {
      visit(diagram.low(each));
      visit(diagram.high(each));
    }
    places.set(each, order.length);
    order.push(each);
  };
  visit(gated);
  const weights = new Float64Array(order.length);
  weights[order.length - 1] = 1;
  for (let place = order.length - 1; place >= 0; place--) {
    const each = order[place] ?? FALSE;
    const weight = weights[place] ?? 0;
    const outcome = diagram.outcome(each);
    if (outcome !== void 0) {
      if (outcome !== OUTSIDE) result.set(outcome, weight);
      continue;
    }
    for (const next2 of [diagram.low(each), diagram.high(each)]) {
      const at = places.get(next2) ?? 0;
      weights[at] = (weights[at] ?? 0) + weight / 2;
    }
  }
  return result;
}
function witness({ diagram, dimensions }, node2, wanted, preferred) {
  const liked = /* @__PURE__ */ new Map();
  for (const { name, start, bits } of Object.values(dimensions))
    for (let bit = 0; bit < bits; bit++)
      liked.set(start + bit, ((preferred[name] ?? 0n) >> BigInt(bits - 1 - bit) & 1n) === 1n);
  const taken = new Map(liked);
  const barren = /* @__PURE__ */ new Set();
  const visit = (each) => {
    const outcome = diagram.outcome(each);
    if (outcome !== void 0) return wanted(outcome);
    if (barren.has(each)) return false;
    const level = diagram.level(each);
    for (const up of liked.get(level) === true ? [true, false] : [false, true])
      if (visit(up ? diagram.high(each) : diagram.low(each))) {
        taken.set(level, up);
        return true;
      }
    barren.add(each);
    return false;
  };
  if (!visit(node2)) return void 0;
  const value = (name) => {
    const { start, bits } = dimensions[name];
    let sum = 0n;
    for (let bit = 0; bit < bits; bit++) sum = sum << 1n | (taken.get(start + bit) === true ? 1n : 0n);
    return sum;
  };
  return {
    protocol: value("protocol"),
    destination: value("destination"),
    "destination-port": value("destination-port"),
    owner: value("owner"),
    uid: value("uid"),
    gid: value("gid"),
    source: value("source"),
    "source-port": value("source-port"),
    "in-interface": value("in-interface"),
    "out-interface": value("out-interface"),
    "ct-state": value("ct-state"),
    mark: value("mark"),
    connmark: value("connmark")
  };
}

// src/analysis/netfilter/packet-sets/condition-sets.ts
function union({ diagram }, sets) {
  return sets.reduce((all, one2) => diagram.or(all, one2), FALSE);
}
function turned({ diagram }, set2, negated) {
  return negated ? diagram.not(set2) : set2;
}
function plain2(one2) {
  return (context, values, negated) => {
    if (values.length === 0) return negated ? FALSE : TRUE;
    const sets = values.map((value) => one2(context, value));
    return turned(context.space, union(context.space, sets), negated);
  };
}
function addresses(name) {
  return ({ space }, values, negated) => {
    const { diagram, family } = space;
    const dimension = space.dimensions[name];
    if (values.length === 0) return negated ? FALSE : TRUE;
    const v4 = values.length === 1 && family === "ip" ? parseV4Range(values[0] ?? "") : void 0;
    if (v4 !== void 0) return turned(space, maskedBits32(diagram, dimension, v4.bits, v4.mask), negated);
    const ranges2 = values.map(parseIpRange);
    if (!ranges2.every((range2) => range2 !== void 0)) return void 0;
    if (ranges2[0]?.family !== family) return FALSE;
    const sets = ranges2.filter((range2) => range2.family === family).map((range2) => maskedBits(diagram, dimension, range2.bits, range2.mask));
    return turned(space, union(space, sets), negated);
  };
}
function numberSet(space, dimension, values, inside = TRUE) {
  const sets = values.map((value) => {
    const [from = Number.NaN, to = from] = value.split(":").map(Number);
    return between(space.diagram, dimension, from, to, inside);
  });
  return union(space, sets);
}
function numbers2(name) {
  return ({ space }, values, negated) => {
    const set2 = turned(space, numberSet(space, space.dimensions[name], values), negated);
    const has = name === "uid" || name === "gid" ? owned(space) : space.withPorts;
    return space.diagram.and(has, set2);
  };
}
function owned({ diagram, dimensions }) {
  return equalTo(diagram, dimensions.owner, 1);
}
function onInterface(space, name, wanted) {
  const matches2 = (known) => wanted.endsWith("+") ? known.startsWith(wanted.slice(0, -1)) : known === wanted;
  const sets = space.interfaces.flatMap(
    (known, code) => matches2(known) ? [equalTo(space.diagram, space.dimensions[name], code)] : []
  );
  return union(space, sets);
}
function ofProtocol({ diagram, dimensions, protocols }, name) {
  const code = protocols.indexOf(name);
  return code < 0 ? FALSE : equalTo(diagram, dimensions.protocol, code);
}
function marks2(name) {
  return plain2(({ space }, text2) => {
    const [value = 0, mask = 4294967295] = text2.split("/").map(Number);
    if ((value & ~mask) >>> 0 !== 0) return FALSE;
    return maskedBits32(space.diagram, space.dimensions[name], value >>> 0, mask >>> 0);
  });
}
function ownAddresses({ space, own: own2 }, name) {
  const { diagram, family } = space;
  const dimension = space.dimensions[name];
  const full = (1n << BigInt(dimension.bits)) - 1n;
  const loopback = loopbackAddresses(space, name);
  const sets = own2.filter((each) => each.family === family).map((each) => maskedBits(diagram, dimension, each.bits, full));
  return union(space, [loopback, ...sets]);
}
function loopbackAddresses({ diagram, family, dimensions }, name) {
  return family === "ip" ? maskedBits32(diagram, dimensions[name], 2130706432, 4278190080) : maskedBits(diagram, dimensions[name], 1n, (1n << 128n) - 1n);
}
function addressTypes2(name) {
  return (context, values, negated) => {
    if (!values.every((value) => value === "LOCAL" || value === "UNICAST")) return void 0;
    const { space } = context;
    const local = ownAddresses(context, name);
    const sets = values.map((value) => turned(space, local, value !== "LOCAL"));
    return turned(space, union(space, sets), negated);
  };
}
var states2 = ({ space }, values, negated) => {
  const { diagram, dimensions } = space;
  const sets = values.flatMap((value) => {
    const code = STATES.indexOf(value);
    return code < 0 ? [] : [equalTo(diagram, dimensions["ct-state"], code)];
  });
  return turned(space, union(space, sets), negated);
};
var SETS = {
  family: plain2(({ space }, value) => value === space.family ? TRUE : FALSE),
  "in-interface": plain2(({ space }, value) => onInterface(space, "in-interface", value)),
  "out-interface": plain2(({ space }, value) => onInterface(space, "out-interface", value)),
  source: addresses("source"),
  destination: addresses("destination"),
  "source-type": addressTypes2("source"),
  "destination-type": addressTypes2("destination"),
  protocol: plain2(({ space }, value) => ofProtocol(space, value)),
  fragment: plain2(() => FALSE),
  "source-port": numbers2("source-port"),
  "destination-port": numbers2("destination-port"),
  "any-port": ({ space }, values, negated) => {
    const { diagram, dimensions, withPorts: withPorts3 } = space;
    const either = diagram.or(
      numberSet(space, dimensions["source-port"], values),
      numberSet(space, dimensions["destination-port"], values)
    );
    return diagram.and(withPorts3, turned(space, either, negated));
  },
  "tcp-flags": ({ space }, values, negated) => firstPacketFlags(values) === negated ? FALSE : ofProtocol(space, "tcp"),
  uid: numbers2("uid"),
  gid: numbers2("gid"),
  "socket-owner": plain2(({ space }) => owned(space)),
  mark: marks2("mark"),
  connmark: marks2("connmark"),
  "ct-state": states2,
  // Sockets are not part of the space: a first packet is assumed to find no established socket.
  socket: (_context, _values, negated) => negated ? TRUE : FALSE
};
function joinedSet({ space }, { field, values, negated }, later) {
  const { diagram, dimensions, family } = space;
  const [value, ...more] = values;
  if (negated || value === void 0) return void 0;
  if (field === "source-port" || field === "destination-port") return numberSet(space, dimensions[field], values, later);
  if (more.length > 0) return void 0;
  switch (field) {
    case "source":
    case "destination": {
      const range2 = family === "ip" ? parseV4Range(value) : void 0;
      return range2 === void 0 ? void 0 : maskedBits32(diagram, dimensions[field], range2.bits, range2.mask, later);
    }
    case "protocol": {
      const code = space.protocols.indexOf(value);
      return code < 0 ? FALSE : equalTo(diagram, dimensions.protocol, code, later);
    }
    default:
      return void 0;
  }
}
function dimensionOf({ dimensions }, field) {
  const all = dimensions;
  return own(all, field);
}
function startOf(space, field) {
  return dimensionOf(space, field)?.start ?? Number.MAX_SAFE_INTEGER;
}
function asksProtocolWithPorts({ field, values, negated }) {
  return field === "protocol" && !negated && values.length > 0 && values.every(hasPorts2);
}
function ruleSet(context, rule) {
  const { space } = context;
  const { diagram } = space;
  const ordered = rule.conditions.toSorted((a, b) => startOf(space, b.field) - startOf(space, a.field));
  const portsImplied = rule.conditions.some(asksProtocolWithPorts);
  let packets = TRUE;
  let undecided = false;
  for (const condition of ordered) {
    const { field, values, negated } = condition;
    const level = diagram.level(packets);
    const own2 = dimensionOf(space, field);
    const below = own2 !== void 0 && level >= own2.start + own2.bits;
    const asksPort = field === "destination-port" || field === "source-port";
    const whole = below && (!asksPort || portsImplied) ? joinedSet(context, condition, packets) : void 0;
    if (whole !== void 0) {
      packets = whole;
      continue;
    }
    const set2 = SETS[field]?.(context, values, negated);
    if (set2 === void 0) undecided = true;
    const known = field === "icmp-type" ? diagram.or(ofProtocol(space, "icmp"), ofProtocol(space, "icmpv6")) : set2 ?? TRUE;
    packets = diagram.and(packets, known);
  }
  return { packets, undecided };
}

// src/analysis/netfilter/packet-sets/traffic.ts
function first(paths, mark = 0) {
  const { diagram, dimensions } = paths.space;
  return [
    equalTo(diagram, dimensions["ct-state"], 0),
    equalTo(diagram, dimensions.mark, mark),
    equalTo(diagram, dimensions.connmark, 0)
  ].reduce((all, each) => diagram.and(all, each));
}
function anyPort({ diagram, dimensions }) {
  return diagram.not(equalTo(diagram, dimensions["destination-port"], 0));
}
function outboundTraffic(paths, machine2, device3, protocol, destinations, sender = {}) {
  const { diagram, dimensions } = paths.space;
  const only = (name, value) => value === void 0 ? [] : [equalTo(diagram, dimensions[name], value)];
  const domain = [
    first(paths, sender.mark),
    ofProtocol(paths.space, protocol),
    equalTo(diagram, dimensions.owner, 1),
    destinations,
    anyPort(paths.space),
    ...only("uid", sender.uid),
    ...only("gid", sender.gid)
  ].reduce((all, each) => diagram.and(all, each));
  const on = (name) => onDevice(paths.space, "out-interface", name);
  const others = departureInterfaces(paths.space, machine2, device3).slice(1);
  return {
    node: paths.outbound(),
    domain: diagram.and(domain, on(device3)),
    elsewhere: others.map((name) => ({ kind: "interface", value: name, packets: diagram.and(domain, on(name)) }))
  };
}
function outsideOf(paths) {
  return paths.space.diagram.not(ownAddresses(paths.context, "destination"));
}
function toAddress({ diagram, dimensions }, name, address4) {
  const full = (1n << BigInt(dimensions[name].bits)) - 1n;
  return maskedBits(diagram, dimensions[name], address4.bits, full);
}
function toPort({ diagram, dimensions }, port) {
  return equalTo(diagram, dimensions["destination-port"], port);
}
function assumedInterfaces({ interfaces, asksInterfaces }, machine2) {
  const known = /* @__PURE__ */ new Set(["", "lo", ...machine2.interfaces.map(({ name }) => name)]);
  const named2 = interfaces.filter((name) => !known.has(name));
  return machine2.assumed && asksInterfaces ? [...named2, ANY_OTHER] : [];
}
function arrivalInterfaces(space, machine2, device3) {
  const physical = machine2.interfaces.map(({ name }) => name).filter((name) => name !== "lo" && name !== device3);
  return [device3, ...physical, ...assumedInterfaces(space, machine2)];
}
function departureInterfaces(space, machine2, device3) {
  return [device3, ...assumedInterfaces(space, machine2)];
}
function onDevice({ diagram, dimensions, interfaces }, way, name) {
  const code = interfaces.indexOf(name);
  return code < 0 ? between(diagram, dimensions[way], interfaces.length, 2 ** dimensions[way].bits - 1) : equalTo(diagram, dimensions[way], code);
}
function inboundTraffic(paths, machine2, device3, protocol, own2) {
  const { diagram } = paths.space;
  const on = (name) => onDevice(paths.space, "in-interface", name);
  const others = arrivalInterfaces(paths.space, machine2, device3).slice(1);
  const node2 = others.reduce((rest2, name) => diagram.choose(on(name), paths.inbound(name), rest2), paths.inbound(device3));
  const domain = [
    first(paths),
    ofProtocol(paths.space, protocol),
    own2.map((each) => toAddress(paths.space, "destination", each)).reduce((all, each) => diagram.or(all, each), FALSE),
    diagram.not(ownAddresses(paths.context, "source")),
    anyPort(paths.space)
  ].reduce((all, each) => diagram.and(all, each));
  return {
    node: node2,
    domain: diagram.and(domain, on(device3)),
    elsewhere: others.map((name) => ({ kind: "interface", value: name, packets: diagram.and(domain, on(name)) }))
  };
}
function packetOf({ space }, point, inbound) {
  const { family, interfaces, protocols } = space;
  const common = {
    protocol: protocols[Number(point.protocol)] ?? "other",
    destination: { family, bits: point.destination },
    destinationPort: Number(point["destination-port"]),
    sourcePort: Number(point["source-port"]),
    mark: Number(point.mark),
    connmark: Number(point.connmark),
    state: STATES[Number(point["ct-state"])] ?? "NEW"
  };
  const owner = point.owner === 1n ? { uid: Number(point.uid), gid: Number(point.gid) } : {};
  return inbound ? {
    ...common,
    source: { family, bits: point.source },
    interface: interfaces[Number(point["in-interface"])] ?? ANY_OTHER
  } : { ...common, ...owner };
}
function ordinaryValues({ space }, device3) {
  const { family, interfaces } = space;
  const bits = (v4, v6) => parseIp(family === "ip" ? v4 : v6)?.bits ?? 0n;
  const code = BigInt(Math.max(0, interfaces.indexOf(device3)));
  return {
    destination: bits("198.51.100.20", "2001:db8:bad:cafe::20"),
    source: bits("203.0.113.99", "2001:db8::99"),
    "destination-port": 8080n,
    "source-port": 40000n,
    owner: 1n,
    uid: 1000n,
    gid: 1000n,
    "in-interface": code,
    "out-interface": code
  };
}

// src/analysis/netfilter/packet-sets/answers.ts
var MOST_LISTED = 500;
var MOST_DECIDED = 40;
function classOf(outcome) {
  const verdict = outcomeVerdict(outcome);
  switch (outcome.kind) {
    case "delivered":
      return outcome.turned === void 0 ? "open" : `${verdict} ${outcome.port} ${outcome.turned === "elsewhere" ? outcome.address : ""}`;
    case "sent":
      return outcome.address === "asked" && outcome.port === "asked" ? "open" : `elsewhere ${outcome.address} ${outcome.port}`;
    case "dropped":
    case "refused":
      return `${outcome.kind} ${outcome.at ?? outcome.reason}`;
    case "insufficient":
      return `insufficient ${outcome.depends.map(({ at, rule }) => `${at} ${rule}`).join()}`;
    default:
      return outcome.kind;
  }
}
function elsewhere(outcome) {
  if (outcome.kind !== "sent" && !(outcome.kind === "delivered" && outcome.turned === "elsewhere")) return void 0;
  const { address: address4, port } = outcome;
  if (address4 === "asked" && port === "asked") return void 0;
  const host = address4 === "asked" ? "" : address4.includes(":") ? `[${address4}]` : address4;
  return port === "asked" ? host : `${host}:${port}`;
}
function moreRules(outcome) {
  const more = outcome.kind === "insufficient" ? outcome.depends.length - 1 : 0;
  return more > 0 ? `, and ${more} more rules` : "";
}
function trafficOutcomeOf(outcome, by) {
  const to = elsewhere(outcome);
  const why = outcome.kind === "insufficient" ? outcome.depends[0] : void 0;
  const stopped2 = outcome.kind === "dropped" || outcome.kind === "refused";
  const byRule = stopped2 && outcome.at === void 0 ? void 0 : by;
  return {
    verdict: outcomeVerdict(outcome),
    ...outcome.kind === "delivered" && outcome.port !== "asked" ? { port: outcome.port } : {},
    ...definedFields({ to, by: byRule }),
    ...stopped2 && outcome.at === void 0 ? { why: outcome.reason } : {},
    ...why === void 0 ? {} : { why: why.why === "" ? `depends on ${why.at} rule ${why.rule}: ${why.text}${moreRules(outcome)}` : why.why }
  };
}
function witnessDecider({ paths, machine: machine2, device: device3, inbound }, { node: node2, isWanted, shared = {} }) {
  const point = witness(paths.space, node2, isWanted, ordinaryValues(paths, device3));
  if (point === void 0) return void 0;
  const step = decidingStep(walkPacket(paths.rules, machine2, packetOf(paths, { ...point, ...shared }, inbound)));
  return step === void 0 ? void 0 : { at: step.at, rule: step.rule, text: step.text };
}
var KINDS = {
  destination: "range",
  source: "sender",
  port: "port",
  uid: "uid",
  gid: "gid",
  interface: "interface"
};
function exceptionsFrom(answering, region, trafficOutcome) {
  const { space } = answering.paths;
  const where = region.parts.map((part) => ({ property: PROPERTY[part.dimension], values: partValues(space, part) }));
  const [only] = where;
  const kind = only === void 0 ? void 0 : own(KINDS, only.property);
  if (only === void 0 || where.length > 1 || kind === void 0)
    return [{ kind: "conjunction", value: regionWords(space, region), where, share: region.share, ...trafficOutcome }];
  return only.values.map((value) => ({
    kind,
    value,
    where: [{ property: only.property, values: [value] }],
    share: region.share / only.values.length,
    ...trafficOutcome
  }));
}
function said({ usual, exceptions, more }, but) {
  const others = exceptions.filter(({ where }) => where.every(({ property }) => property !== but));
  return JSON.stringify([
    [usual.verdict, usual.port, usual.to, more],
    others.map(({ verdict, port, to, value }) => [verdict, port, to, value]).sort()
  ]);
}
var asks = /* @__PURE__ */ new WeakMap();
function askedBy({ paths }, node2) {
  const known = asks.get(paths) ?? /* @__PURE__ */ new Map();
  asks.set(paths, known);
  const found = known.get(node2) ?? new Set(askedDimensions(paths.space, node2).map(({ name }) => name));
  known.set(node2, found);
  return found;
}
var LIKE_THE_REST = { exceptions: [], more: 0 };
function partExceptions(answering, node2, rest2, { kind, value, packets }) {
  if (kind !== "interface" && !askedBy(answering, node2).has(kind)) return LIKE_THE_REST;
  const found = directionOf(answering, { node: node2, domain: packets, elsewhere: [] });
  if (found.usual.verdict === "none" || said(found, kind) === said(rest2, kind)) return LIKE_THE_REST;
  const where = [{ property: kind, values: [value] }];
  const parts2 = found.exceptions.map((each) => ({
    ...each,
    kind: "conjunction",
    where: [...where, ...each.where],
    value: `${kind} ${value} ${each.kind === "conjunction" ? each.value : `${NOUN[each.kind]} ${each.value}`}`,
    share: 0
  }));
  return { ...found, exceptions: [{ kind, value, where, share: 0, ...found.usual }, ...parts2] };
}
var NOUN = {
  port: "port",
  range: "destination",
  sender: "source",
  uid: "uid",
  gid: "gid",
  interface: "interface",
  conjunction: ""
};
function directionWithParts(answering, traffic, parts2) {
  const { diagram } = answering.paths.space;
  const apart = parts2.reduce((all2, { packets }) => diagram.or(all2, packets), FALSE);
  const rest2 = directionOf(answering, { ...traffic, domain: diagram.and(traffic.domain, diagram.not(apart)) });
  const all = [
    rest2,
    ...[...parts2, ...traffic.elsewhere].map((part) => partExceptions(answering, traffic.node, rest2, part))
  ];
  return {
    usual: rest2.usual,
    exceptions: all.flatMap(({ exceptions }) => exceptions),
    more: all.reduce((sum, { more }) => sum + more, 0),
    ...all.some(({ unordered }) => unordered === true) ? { unordered: true } : {}
  };
}
function proxyParts(paths, domain, proxy) {
  const { diagram, dimensions } = paths.space;
  const byUser = diagram.and(domain, equalTo(diagram, dimensions.uid, proxy.uid));
  const byGroup = diagram.and(domain, equalTo(diagram, dimensions.gid, proxy.gid));
  return [
    { kind: "uid", value: String(proxy.uid), packets: byUser },
    { kind: "gid", value: String(proxy.gid), packets: diagram.and(byGroup, diagram.not(byUser)) }
  ];
}
var MOST_CLASSES = 24;
function grouped2(table, weights, key) {
  const classes = /* @__PURE__ */ new Map();
  for (const [number, share] of weights) {
    const outcome = table.outcome(number);
    const found = classes.get(key(outcome)) ?? { outcome, share: 0, numbers: /* @__PURE__ */ new Set() };
    found.numbers.add(number);
    found.share += share;
    if (outcome.kind === "insufficient" && found.outcome.kind === "insufficient" && found.outcome !== outcome)
      found.outcome = { ...outcome, depends: [...found.outcome.depends, ...outcome.depends] };
    classes.set(key(outcome), found);
  }
  return [...classes.values()].sort((a, b) => b.share - a.share);
}
function classesOf(table, weights) {
  const classes = grouped2(table, weights, classOf);
  if (classes.length <= MOST_CLASSES) return classes;
  const kept = new Set(classes.slice(0, MOST_CLASSES / 2).map(({ outcome }) => classOf(outcome)));
  return grouped2(table, weights, (outcome) => kept.has(classOf(outcome)) ? classOf(outcome) : outcomeVerdict(outcome));
}
function directionOf(answering, traffic) {
  const { paths, table, most } = answering;
  const { space } = paths;
  const { diagram } = space;
  const fixed2 = fixedValues(space, traffic.domain);
  const shared = Object.fromEntries(fixed2.map(({ dimension, value }) => [dimension.name, value]));
  const domain = withValues(diagram, traffic.domain, fixed2);
  const node2 = restricted(diagram, traffic.node, traffic.domain);
  const gated = diagram.choose(domain, node2, diagram.leaf(OUTSIDE));
  const ordered = classesOf(table, shares(diagram, gated));
  const [main, ...others] = ordered;
  if (main === void 0) return { usual: { verdict: "none" }, exceptions: [], more: 0 };
  const decider = ({ numbers: numbers3 }) => witnessDecider(answering, { node: gated, isWanted: (number) => numbers3.has(number), shared });
  const decided = decider(main);
  let notMade = 0;
  let smaller = 0;
  const regions = others.flatMap((each, place) => {
    const set2 = whereOutcome(diagram, node2, (number) => each.numbers.has(number));
    const trafficOutcome = trafficOutcomeOf(each.outcome, place < MOST_DECIDED ? decider(each) : void 0);
    const found = regionsOf(space, set2, domain, { ...definedFields({ made: most }), listed: MOST_LISTED });
    notMade += found.more;
    smaller += found.smaller;
    return found.regions.map((region) => ({ region, trafficOutcome }));
  });
  const largest = regions.toSorted((a, b) => b.region.share - a.region.share);
  const seen = /* @__PURE__ */ new Set();
  const listed = largest.filter(({ trafficOutcome }, place) => {
    const isFirst = !seen.has(trafficOutcome);
    seen.add(trafficOutcome);
    return place < MOST_LISTED || isFirst;
  });
  return {
    usual: trafficOutcomeOf(main.outcome, decided),
    exceptions: listed.flatMap(({ region, trafficOutcome }) => exceptionsFrom(answering, region, trafficOutcome)).sort((a, b) => b.share - a.share),
    more: regions.length - listed.length + smaller + notMade,
    ...notMade > 0 ? { unordered: true } : {}
  };
}

// src/analysis/netfilter/proxy-traits.ts
var USUAL_PROXY = 1337;
var USUAL_OUTBOUND = 15001;
function ownersIn(chain, field) {
  return chain.rules.filter(
    (rule) => rule.actions.some((action) => action.kind === "jump" && canonicalChain(action.chain) === "ISTIO_IN_REDIRECT")
  ).flatMap((rule) => rule.conditions).filter((condition) => condition.field === field && !condition.negated).flatMap(({ values }) => values);
}
function named(rulesets2, field) {
  const ids = everyChain(rulesets2).flatMap(({ chain }) => ownersIn(chain, field)).map(Number);
  const known = ids.filter((id) => Number.isInteger(id));
  return known.includes(USUAL_PROXY) ? USUAL_PROXY : known[0];
}
function outboundPort(rulesets2) {
  const redirects = everyRule(rulesets2).filter(({ chain }) => canonicalChain(chain.name) === "ISTIO_REDIRECT").flatMap(({ rule }) => rule.actions).map((action) => action.kind === "redirect" ? Number(action.ports) : Number.NaN);
  return redirects.find((port) => Number.isInteger(port));
}
function proxyTraitsOf(rulesets2) {
  return {
    uid: named(rulesets2, "uid") ?? USUAL_PROXY,
    gid: named(rulesets2, "gid") ?? USUAL_PROXY,
    outboundPort: outboundPort(rulesets2) ?? USUAL_OUTBOUND,
    ...isAmbientRuleset(rulesets2) ? { ztunnel: true } : {}
  };
}

// src/model/human-count.ts
function humanCount(count2, word, plural = `${word}s`) {
  return `${count2} ${count2 === 1 ? word : plural}`;
}

// src/analysis/netfilter/packet-sets/given-up.ts
var MOST_NAMED = 3;
var LEAST_SHARE = 0.05;
function whyGivenUp(error, paths) {
  if (!(error instanceof TooManyNodes)) throw error;
  const made = /* @__PURE__ */ new Map();
  for (const { chains } of paths)
    for (const [chain, nodes] of chains.made)
      made.set(chain.at, { chain, nodes: nodes + (made.get(chain.at)?.nodes ?? 0) });
  const ordered = [...made.values()].sort((a, b) => b.nodes - a.nodes);
  const all = ordered.reduce((sum, { nodes }) => sum + nodes, 0);
  const named2 = ordered.filter(({ nodes }, place) => place === 0 || nodes >= all * LEAST_SHARE).slice(0, MOST_NAMED).map(({ chain }) => `${chain.at} (${humanCount(chain.rules.length, "rule")})`);
  return `${error.message}: gave up on ${named2.length === 0 ? "all rules" : named2.join(", ")}`;
}

// src/analysis/netfilter/packet-sets/transform.ts
var KEPT_MARK = { mark: 4294967295, connmark: 0, fixed: 0 };
var KEPT_CONNMARK = { mark: 0, connmark: 4294967295, fixed: 0 };
var UNCHANGED = { mark: KEPT_MARK, connmark: KEPT_CONNMARK, untracked: false };
function sameForm(a, b) {
  return a.mark === b.mark && a.connmark === b.connmark && a.fixed === b.fixed;
}
function keepsMark({ mark }) {
  return sameForm(mark, KEPT_MARK);
}
function keepsPacket(transform) {
  return keepsMark(transform) && sameForm(transform.connmark, KEPT_CONNMARK) && !transform.untracked;
}
function xor(a, b) {
  return {
    mark: (a.mark ^ b.mark) >>> 0,
    connmark: (a.connmark ^ b.connmark) >>> 0,
    fixed: (a.fixed ^ b.fixed) >>> 0
  };
}
function masked(form, mask) {
  return {
    mark: (form.mark & mask) >>> 0,
    connmark: (form.connmark & mask) >>> 0,
    fixed: (form.fixed & mask) >>> 0
  };
}
function constant(fixed2) {
  return { mark: 0, connmark: 0, fixed: fixed2 >>> 0 };
}
function substituted(form, { mark, connmark: connmark2 }) {
  return xor(xor(masked(mark, form.mark), masked(connmark2, form.connmark)), constant(form.fixed));
}
function then(first2, second) {
  if (first2 === UNCHANGED) return second;
  if (second === UNCHANGED) return first2;
  const tproxy3 = second.tproxy ?? first2.tproxy;
  const rewrite = second.rewrite ?? first2.rewrite;
  return {
    mark: substituted(second.mark, first2),
    connmark: substituted(second.connmark, first2),
    untracked: first2.untracked || second.untracked,
    ...definedFields({ tproxy: tproxy3, rewrite })
  };
}
function set(form, value, mask) {
  return xor(masked(form, ~Number(mask)), constant(Number(value)));
}
function transformOf(action, chain) {
  const { mark, connmark: connmark2 } = UNCHANGED;
  switch (action.kind) {
    case "set-mark":
      return { ...UNCHANGED, mark: set(mark, action.value, action.mask) };
    case "set-connmark":
      return { ...UNCHANGED, connmark: set(connmark2, action.value, action.mask) };
    case "save-mark":
      return {
        ...UNCHANGED,
        connmark: xor(masked(connmark2, ~Number(action.ctmask)), masked(mark, Number(action.nfmask)))
      };
    case "restore-mark":
      return { ...UNCHANGED, mark: xor(masked(mark, ~Number(action.nfmask)), masked(connmark2, Number(action.ctmask))) };
    case "notrack":
      return { ...UNCHANGED, untracked: true };
    case "tproxy": {
      const { port, address: address4 } = action;
      const [value = "0", mask = "0xffffffff"] = (action.mark ?? "0/0").split("/");
      return {
        ...UNCHANGED,
        tproxy: { port, ...definedFields({ address: address4 }) },
        mark: set(UNCHANGED.mark, value, mask)
      };
    }
    case "redirect":
      return {
        ...UNCHANGED,
        rewrite: {
          kind: "redirect",
          turn: turnBy(action, chain),
          ...definedFields({ ports: action.ports })
        }
      };
    case "dnat":
      return { ...UNCHANGED, rewrite: { kind: "dnat", to: action.to, turn: turnBy(action, chain) } };
    case "snat":
      return { ...UNCHANGED, rewrite: { kind: "snat", to: action.to } };
    case "masquerade":
      return { ...UNCHANGED, rewrite: { kind: "masquerade" } };
    case "ct-zone":
    case "log":
      return UNCHANGED;
    default:
      return void 0;
  }
}
function endsTable(action) {
  switch (action.kind) {
    case "redirect":
    case "dnat":
    case "snat":
    case "masquerade":
      return true;
    case "tproxy":
      return action.mark !== void 0;
    default:
      return false;
  }
}
function rewritesDestination(hook) {
  return hook === "prerouting" || hook === "output";
}

// src/analysis/netfilter/packet-sets/chain-ends.ts
function chainEnds(diagram) {
  const ends = [];
  const numbers3 = /* @__PURE__ */ new Map();
  const leaf = (end) => {
    const { rule, ...rest2 } = end.kind === "unknown" ? end : { ...end, rule: void 0 };
    const key = `${JSON.stringify(rest2)} ${rule?.line ?? ""}`;
    const known = numbers3.get(key);
    if (known !== void 0) return diagram.leaf(known);
    numbers3.set(key, ends.length);
    ends.push(end);
    return diagram.leaf(ends.length - 1);
  };
  return {
    leaf,
    at: (number) => ends[number],
    only: (node2) => {
      const number = diagram.outcome(node2);
      return number === void 0 ? void 0 : ends[number];
    },
    next: leaf({ kind: "next", transform: UNCHANGED }),
    changed: (node2, transform) => replaceOutcomes(diagram, node2, (number) => {
      const end = ends[number];
      return end !== void 0 && "transform" in end ? leaf({ ...end, transform: then(transform, end.transform) }) : diagram.leaf(number);
    })
  };
}

// src/analysis/netfilter/packet-sets/rule-actions.ts
function targetsOf(chain, { actions }) {
  return actions.flatMap((action) => {
    if (action.kind !== "jump" && action.kind !== "goto") return [];
    return chain.table.get(action.chain) ?? [];
  });
}
function ruleActions(ends, steps, chainNode) {
  const called = (chain, name, rule, entered) => {
    const target = chain.table.get(name);
    const unknown = (reason) => ends.leaf({ kind: "unknown", reason, rule });
    if (target === void 0)
      return unknown(`${chain.at} rule ${rule.position} leads to ${name}, which is not in the text`);
    if (!target.chain.complete) return unknown(`the text does not hold all rules of ${name}`);
    const problem = nestingProblem(chain, rule, target, entered);
    return problem === void 0 ? chainNode(target, [...entered, target]) : unknown(problem);
  };
  const before = (chain, rule, action, later, entered) => {
    const at = `${chain.at} rule ${rule.position}`;
    const end = (node2) => ({ node: node2, final: true });
    const transform = transformOf(action, chain.at);
    if (transform !== void 0)
      return endsTable(action) ? end(ends.leaf({ kind: "accept", transform })) : { ...later, node: steps.behind(transform, later.node) };
    switch (action.kind) {
      case "accept":
        return end(ends.leaf({ kind: "accept", transform: UNCHANGED }));
      case "return":
        return end(ends.next);
      case "drop":
        return end(ends.leaf({ kind: "drop", at, reason: "a rule drops it" }));
      case "reject": {
        const reply = action.reply === void 0 ? "" : ` with ${action.reply}`;
        return end(ends.leaf({ kind: "refuse", at, reason: `a rule rejects it${reply}` }));
      }
      case "queue":
        return end(ends.leaf({ kind: "unknown", reason: `${at} hands the packet to a program (NFQUEUE)`, rule }));
      case "opaque":
        return end(ends.leaf({ kind: "unknown", reason: notUnderstood(at, rule), rule }));
      case "goto":
        return end(called(chain, action.chain, rule, entered));
      case "jump": {
        const target = { node: called(chain, action.chain, rule, entered), final: false };
        return { ...later, node: steps.join(TRUE, target, later.node) };
      }
      default:
        return later;
    }
  };
  return (chain, rule, entered) => rule.actions.reduceRight((later, action) => before(chain, rule, action, later, entered), {
    node: ends.next,
    final: false
  });
}
function notUnderstood(at, rule) {
  const part = hiddenByNft(rule);
  return part === void 0 ? `${at} does something meshctl does not understand: ${rule.text}` : `nft does not show all of ${at} (${part})`;
}

// src/analysis/netfilter/packet-sets/rule-runs.ts
var PROPERTIES = [
  "protocol",
  "destination",
  "destination-port",
  "owner",
  "uid",
  "gid",
  "source",
  "source-port"
];
var PLACES = PROPERTIES.length;
var MOST_BOXES = 64;
var NO_RANGE = [];
function portRanges(values) {
  const found = [];
  for (const value of values) {
    const colon = value.indexOf(":");
    const from = Number(colon < 0 ? value : value.slice(0, colon));
    found.push(from, colon < 0 ? from : Number(value.slice(colon + 1)));
  }
  return found;
}
function rangesOf({ family, protocols }, { field, values, negated }, portsImplied) {
  const [value] = values;
  if (negated || value === void 0) return void 0;
  switch (field) {
    case "destination-port":
    case "source-port":
      return portsImplied ? portRanges(values) : void 0;
    case "uid":
    case "gid":
      return portRanges(values);
    case "source":
    case "destination": {
      const range2 = family === "ip" && values.length === 1 ? parseV4Range(value) : void 0;
      return range2 === void 0 ? void 0 : [range2.bits, range2.bits + (~range2.mask >>> 0)];
    }
    case "protocol": {
      const code = protocols.indexOf(value);
      if (values.length > 1) return void 0;
      return code < 0 ? NO_RANGE : [code, code];
    }
    default:
      return void 0;
  }
}
var PLACE_OF = {
  protocol: 0,
  destination: 1,
  "destination-port": 2,
  uid: 4,
  gid: 5,
  source: 6,
  "source-port": 7
};
var OWNER = 3;
var OWNED = [1, 1];
function rangesByPlace(space, { conditions }) {
  const portsImplied = conditions.some(asksProtocolWithPorts);
  const found = new Array(PLACES);
  for (const condition of conditions) {
    const place = PLACE_OF[condition.field];
    if (place === void 0 || found[place] !== void 0) return void 0;
    const ranges2 = rangesOf(space, condition, portsImplied);
    if (ranges2 === void 0) return void 0;
    found[place] = ranges2;
    if (condition.field === "uid" || condition.field === "gid") found[OWNER] = OWNED;
  }
  return found;
}
function ruleRun(space) {
  const boxes = { from: [], to: [], asks: [], ends: [] };
  const starts = PROPERTIES.map((name) => space.dimensions[name].start);
  const bits = PROPERTIES.map((name) => space.dimensions[name].bits);
  const most = bits.map((each) => 2 ** each - 1);
  const addBox = (ranges2, choice, end) => {
    const start = boxes.asks.length * PLACES;
    let asks2 = 0;
    let left = choice;
    for (let place = 0; place < PLACES; place++) {
      const top = most[place] ?? 0;
      const found = ranges2[place];
      let [low, high] = [0, top];
      if (found !== void 0) {
        const count2 = found.length / 2;
        const at = left % count2 * 2;
        left = Math.floor(left / count2);
        low = found[at] ?? 0;
        high = Math.min(found[at + 1] ?? 0, top);
        if (!(low <= high)) return;
        if (low > 0 || high < top) asks2 |= 1 << place;
      }
      boxes.from[start + place] = low;
      boxes.to[start + place] = high;
    }
    boxes.asks.push(asks2);
    boxes.ends.push(end);
  };
  return {
    add: (rule, end) => {
      const ranges2 = rangesByPlace(space, rule);
      if (ranges2 === void 0) return false;
      let combinations = 1;
      for (const each of ranges2) if (each !== void 0) combinations *= each.length / 2;
      if (combinations > MOST_BOXES) return false;
      for (let choice = 0; choice < combinations; choice++) addBox(ranges2, choice, end);
      return true;
    },
    function: (next2, check) => firstMatch(space.diagram, { starts, bits }, boxes, next2, check)
  };
}
function firstMatch(diagram, { starts, bits }, { from, to, asks: asks2, ends }, next2, check) {
  const lowest = (place, box) => from[box * PLACES + place] ?? 0;
  const highest = (place, box) => to[box * PLACES + place] ?? 0;
  const asksFrom = (place, box) => (asks2[box] ?? 0) >>> place;
  const endOf2 = (place) => (starts[place] ?? 0) + (bits[place] ?? 0);
  const alone = /* @__PURE__ */ new Map();
  const kinds = asks2.length * PLACES;
  let stack = new Int32Array(4 * asks2.length + 64);
  let top = 0;
  const push = (box) => {
    if (top === stack.length) {
      const before = stack;
      stack = new Int32Array(2 * before.length);
      stack.set(before);
    }
    stack[top++] = box;
  };
  const above = (level, after, build) => {
    const known = /* @__PURE__ */ new Map();
    const visit = (each) => {
      if (diagram.level(each) >= level) return build(each);
      const found = known.get(each);
      if (found !== void 0) return found;
      const result = diagram.make(diagram.level(each), visit(diagram.low(each)), visit(diagram.high(each)));
      known.set(each, result);
      return result;
    };
    return visit(after);
  };
  const only = (place, box, otherwise) => {
    const left = asksFrom(place, box);
    if (left === 0) return ends[box] ?? otherwise;
    const key = otherwise * kinds + box * PLACES + place;
    const known = alone.get(key);
    if (known !== void 0) return known;
    const here = place + firstBit(left);
    const start = starts[here] ?? 0;
    const result = above(start, otherwise, (after) => within(here, start, 2 ** (bits[here] ?? 0), 0, box, after));
    alone.set(key, result);
    return result;
  };
  const within = (place, start, size, base, box, after) => {
    const [low, high] = [lowest(place, box), highest(place, box)];
    const isBelow = diagram.level(after) >= endOf2(place);
    const inside = isBelow ? only(place + 1, box, after) : after;
    const halve = (level, width, first2, otherwise) => {
      const top2 = first2 + width - 1;
      if (low > top2 || high < first2) return otherwise;
      if (low <= first2 && top2 <= high) return isBelow ? inside : only(place + 1, box, otherwise);
      const half = width / 2;
      return diagram.make(
        level,
        halve(level + 1, half, first2, isBelow ? otherwise : branchOf(diagram, otherwise, level, false)),
        halve(level + 1, half, first2 + half, isBelow ? otherwise : branchOf(diagram, otherwise, level, true))
      );
    };
    return halve(start, size, base, after);
  };
  const among = (place, first2, given, after) => {
    check();
    let count2 = 0;
    let otherwise = after;
    let all = 0;
    for (; count2 < given; count2++) {
      const box = stack[first2 + count2] ?? 0;
      const left = asksFrom(place, box);
      all |= left;
      if (left !== 0) continue;
      otherwise = ends[box] ?? after;
      break;
    }
    if (count2 === 0) return otherwise;
    if (count2 === 1) return only(place, stack[first2] ?? 0, otherwise);
    const here = place + firstBit(all);
    const start = starts[here] ?? 0;
    return above(start, otherwise, (each) => split(here, start, 2 ** (bits[here] ?? 0), 0, first2, count2, each));
  };
  const split = (place, level, size, base, first2, given, otherwise) => {
    if (given === 0) return otherwise;
    if (given === 1) return within(place, level, size, base, stack[first2] ?? 0, otherwise);
    const half = size / 2;
    const middle = base + half;
    const before = top;
    let parted = false;
    let count2 = 0;
    while (count2 < given) {
      const box = stack[first2 + count2++] ?? 0;
      const [low, high] = [lowest(place, box), highest(place, box)];
      if (low < middle) push(box);
      if (low > base || high < base + size - 1) parted = true;
      else if (asksFrom(place + 1, box) === 0) break;
    }
    if (!parted) {
      top = before;
      return among(place + 1, first2, count2, otherwise);
    }
    const lower = split(place, level + 1, half, base, before, top - before, branchOf(diagram, otherwise, level, false));
    top = before;
    for (let at = first2; at < first2 + count2; at++) {
      const box = stack[at] ?? 0;
      if (highest(place, box) >= middle) push(box);
    }
    const upper2 = split(place, level + 1, half, middle, before, top - before, branchOf(diagram, otherwise, level, true));
    top = before;
    return diagram.make(level, lower, upper2);
  };
  for (let box = 0; box < asks2.length; box++) push(box);
  return among(0, 0, asks2.length, next2);
}
function firstBit(set2) {
  return 31 - Math.clz32(set2 & -set2);
}

// src/analysis/netfilter/packet-sets/changed-packets.ts
function changedBy({ diagram, dimensions }, node2, transform) {
  const { mark, connmark: connmark2, "ct-state": state } = dimensions;
  const done = nodeMemo(diagram);
  const visit = (each) => {
    const level = diagram.level(each);
    if (level === LEAF_LEVEL) return each;
    const known = done.get(each);
    if (known !== void 0) return known;
    const low = visit(diagram.low(each));
    const high = visit(diagram.high(each));
    let result;
    if (level >= connmark2.start)
      result = markBit({ diagram, dimensions }, transform.connmark, level - connmark2.start, low, high);
    else if (level >= mark.start) result = markBit({ diagram, dimensions }, transform.mark, level - mark.start, low, high);
    else if (level >= state.start && transform.untracked)
      result = level === state.start ? high : low;
    else result = diagram.branch(level, low, high);
    done.set(each, result);
    return result;
  };
  return visit(node2);
}
function markBit({ diagram, dimensions }, form, place, low, high) {
  const { mark, connmark: connmark2 } = dimensions;
  const shift = 31 - place;
  const [zero, one2] = (form.fixed >>> shift & 1) === 1 ? [high, low] : [low, high];
  const ofMark = (form.mark >>> shift & 1) === 1;
  const ofConnmark = (form.connmark >>> shift & 1) === 1;
  if (!ofMark && !ofConnmark) return zero;
  if (ofMark && ofConnmark) {
    const flipped = diagram.branch(connmark2.start + place, one2, zero);
    return diagram.branch(mark.start + place, diagram.branch(connmark2.start + place, zero, one2), flipped);
  }
  return diagram.branch((ofMark ? mark : connmark2).start + place, zero, one2);
}

// src/analysis/netfilter/packet-sets/rule-steps.ts
var { min: min2 } = Math;
var STEPS = 1 << 16;
function ruleSteps(space, ends) {
  const { diagram } = space;
  const steps = tripleMemo(STEPS);
  const behind = (transform, next2) => {
    if (transform === UNCHANGED) return next2;
    return ends.changed(keepsPacket(transform) ? next2 : changedBy(space, next2, transform), transform);
  };
  const continued = (action, next2) => next2 === ends.next ? action : replaceOutcomes(diagram, action, (number) => {
    const end = ends.at(number);
    return end?.kind === "next" ? behind(end.transform, next2) : diagram.leaf(number);
  });
  const goOn = (condition, action, next2) => {
    if (condition === FALSE || action === ends.next) return next2;
    if (condition === TRUE && next2 === ends.next) return action;
    const end = ends.only(action);
    if (end !== void 0 && end.kind !== "next") return diagram.choose(condition, action, next2);
    if (diagram.outcome(next2) !== void 0) return diagram.choose(condition, continued(action, next2), next2);
    const level = min2(diagram.level(condition), diagram.level(action), diagram.level(next2));
    if (level >= CHANGEABLE_LEVEL) return amongChangeable(condition, action, next2);
    const known = steps.get(condition, action, next2);
    if (known !== void 0) return known;
    const low = goOn(
      branchOf(diagram, condition, level, false),
      branchOf(diagram, action, level, false),
      branchOf(diagram, next2, level, false)
    );
    const high = goOn(
      branchOf(diagram, condition, level, true),
      branchOf(diagram, action, level, true),
      branchOf(diagram, next2, level, true)
    );
    const result = diagram.make(level, low, high);
    steps.set(condition, action, next2, result);
    return result;
  };
  const amongChangeable = (condition, action, next2) => {
    let result = next2;
    const seen = /* @__PURE__ */ new Set();
    replaceOutcomes(diagram, action, (number) => {
      seen.add(number);
      return TRUE;
    });
    for (const number of seen) {
      const here = diagram.and(
        condition,
        whereOutcome(diagram, action, (each) => each === number)
      );
      const end = ends.at(number);
      const leads = end?.kind === "next" ? behind(end.transform, next2) : diagram.leaf(number);
      result = diagram.choose(here, leads, result);
    }
    return result;
  };
  return {
    join: (condition, { node: node2, final }, next2) => final ? diagram.choose(condition, node2, next2) : goOn(condition, node2, next2),
    behind
  };
}

// src/analysis/netfilter/packet-sets/undecided-rules.ts
function undecidedRules(diagram) {
  const rules = [];
  const levels = /* @__PURE__ */ new Map();
  return {
    condition: (found) => {
      let level = levels.get(found.rule);
      if (level === void 0) {
        level = UNDECIDED_LEVEL + rules.length;
        rules.push(found);
        levels.set(found.rule, level);
      }
      return diagram.make(level, FALSE, TRUE);
    },
    at: (level) => rules[level - UNDECIDED_LEVEL],
    isEmpty: () => rules.length === 0
  };
}

// src/analysis/netfilter/packet-sets/chain-functions.ts
var CHAIN_SHARE = 3 / 16;
var BeyondShare = class extends Error {
};
function chainFunctions(context) {
  const { space } = context;
  const { diagram } = space;
  const ends = chainEnds(diagram);
  const undecided = undecidedRules(diagram);
  const functions = /* @__PURE__ */ new Map();
  const givenUp = [];
  const made = /* @__PURE__ */ new Map();
  const room = diagram.limit * CHAIN_SHARE;
  let byCalled = 0;
  const charge = (chain, nodes) => {
    made.set(chain, (made.get(chain) ?? 0) + nodes);
  };
  const chainNode = (chain, entered) => {
    const known = functions.get(chain);
    if (known !== void 0) return known;
    const before = diagram.size();
    const byOthers = byCalled;
    byCalled = 0;
    const own2 = () => diagram.size() - before - byCalled;
    const check = () => {
      if (own2() > room) throw new BeyondShare();
    };
    const joined2 = (part, next2) => {
      if ("run" in part) return part.run.function(next2, check);
      const reached = diagram.size();
      const node2 = steps.join(part.condition, part.action, next2);
      for (const target of targetsOf(chain, part.rule)) charge(target, diagram.size() - reached);
      check();
      return node2;
    };
    try {
      let node2 = ends.next;
      for (const part of parts2(chain, entered).toReversed()) {
        try {
          node2 = joined2(part, node2);
        } catch (error) {
          if (!(error instanceof BeyondShare)) throw error;
          node2 = beyondShare(chain, part.rule);
          break;
        }
      }
      functions.set(chain, node2);
      return node2;
    } finally {
      charge(chain, own2());
      byCalled = byOthers + diagram.size() - before;
    }
  };
  const steps = ruleSteps(space, ends);
  const act = ruleActions(ends, steps, chainNode);
  const parts2 = (chain, entered) => {
    const found = [];
    for (const compiled of chain.rules) {
      const { rule } = compiled;
      const action = act(chain, rule, entered);
      const end = compiled.hidden === void 0 ? endOf(context, ends, rule, action) : void 0;
      const last2 = found.at(-1);
      if (end !== void 0 && last2 !== void 0 && "run" in last2 && last2.run.add(rule, end)) continue;
      const run = ruleRun(space);
      if (end !== void 0 && run.add(rule, end)) found.push({ run, rule });
      else found.push({ rule, action, condition: conditionOf(context, undecided, compiled, chain.at) });
    }
    return found;
  };
  const beyondShare = (chain, rule) => {
    const called = targetsOf(chain, rule).map(({ at }) => `, which leads to ${at}`);
    const where = `${chain.at} at rule ${rule.position} of ${chain.rules.length}${called.join("")}`;
    const reason = `the rules split packets into more parts than can be held: gave up on ${where}`;
    givenUp.push(reason);
    return ends.leaf({ kind: "unknown", reason });
  };
  return {
    context,
    of: (chain) => chainNode(chain, [chain]),
    ending: (number) => ends.at(number) ?? { kind: "unknown", reason: "no such ending" },
    undecided: undecided.at,
    hasUndecided: () => !undecided.isEmpty(),
    givenUp,
    made
  };
}
function conditionOf(context, undecidedOnes, { rule, hidden }, at) {
  const { packets, undecided } = ruleSet(context, rule);
  const { diagram } = context.space;
  const because = definedFields({ because: unshown(rule, at) ?? (undecided ? void 0 : hidden) });
  const open = undecided || hidden !== void 0;
  return open && packets !== FALSE ? diagram.and(packets, undecidedOnes.condition({ rule, at, ...because })) : packets;
}
function endOf({ space }, ends, { conditions }, { node: node2, final }) {
  const only = ends.only(node2);
  if (only !== void 0) return final || only.kind !== "next" ? node2 : void 0;
  const asked = conditions.find(({ field, values, negated }) => field === "protocol" && !negated && values.length === 1);
  const code = space.protocols.indexOf(asked?.values[0] ?? "");
  if (code < 0) return void 0;
  const { start, bits } = space.dimensions.protocol;
  let here = node2;
  for (let level = space.diagram.level(here); level < start + bits; level = space.diagram.level(here))
    here = branchOf(space.diagram, here, level, (code >> start + bits - 1 - level & 1) === 1);
  const end = ends.only(here);
  return end !== void 0 && (final || end.kind !== "next") ? here : void 0;
}

// src/analysis/netfilter/packet-sets/compare.ts
function sameLanding(space, left, right) {
  const { diagram, dimensions } = space;
  if (left.kind !== "delivered" && left.kind !== "sent" || right.kind !== left.kind) return FALSE;
  const address4 = [left.address, right.address].filter((each) => each !== "asked");
  const port = [left.port, right.port].filter((each) => each !== "asked");
  if (address4.length === 2 && address4[0] !== address4[1]) return FALSE;
  if (port.length === 2 && port[0] !== port[1]) return FALSE;
  const [value] = address4;
  const bits = address4.length === 1 && value !== void 0 ? parseIp(value)?.bits : void 0;
  const full = (1n << BigInt(dimensions.destination.bits)) - 1n;
  const there = bits === void 0 ? TRUE : maskedBits(diagram, dimensions.destination, bits, full);
  const [number] = port;
  const same = port.length === 1 && number !== void 0 ? equalTo(diagram, dimensions["destination-port"], number) : TRUE;
  return diagram.and(there, same);
}

// src/analysis/netfilter/packet-sets/undecided.ts
function basesUsing({ bases }) {
  const uses = /* @__PURE__ */ new Map();
  for (const base of new Set(bases.map((each) => each.base))) {
    const seen = /* @__PURE__ */ new Set([base]);
    for (const chain of seen)
      for (const { rule } of chain.rules) for (const target of targetsOf(chain, rule)) seen.add(target);
    for (const { at } of seen) uses.set(at, (uses.get(at) ?? 0) + 1);
  }
  return uses;
}
function mergerFor(space, table, chains) {
  const { diagram } = space;
  const leaf = (outcome) => diagram.leaf(table.number(outcome));
  const none = diagram.leaf(NO_PACKET);
  return (level, low, high) => {
    const open = chains.undecided(level);
    const done = /* @__PURE__ */ new Map();
    const why = open?.because ?? "";
    const depends = open === void 0 ? none : leaf(dependsOn(open.at, open.rule, why));
    const visit = (a, b) => {
      if (a === b) return a;
      const one2 = diagram.outcome(a);
      const other = diagram.outcome(b);
      if (one2 !== void 0 && other !== void 0) {
        const [left, right] = [table.outcome(one2), table.outcome(other)];
        if (left.kind === "insufficient" || left.kind === "none") return a;
        if (right.kind === "insufficient") return b;
        if (outcomeKey(left) === outcomeKey(right)) return a;
        return diagram.choose(sameLanding(space, left, right), a, depends);
      }
      if (one2 !== void 0 && table.outcome(one2).kind === "insufficient") return a;
      const key = `${a} ${b}`;
      const known = done.get(key);
      if (known !== void 0) return known;
      const top = Math.min(diagram.level(a), diagram.level(b));
      const part = (node2, up) => diagram.level(node2) !== top ? node2 : up ? diagram.high(node2) : diagram.low(node2);
      const result = diagram.branch(top, visit(part(a, false), part(b, false)), visit(part(a, true), part(b, true)));
      done.set(key, result);
      return result;
    };
    return visit(low, high);
  };
}

// src/analysis/netfilter/packet-sets/continuation.ts
var isUndecided = (level) => level >= UNDECIDED_LEVEL && level < CHANGEABLE_LEVEL;
function continuation(table, chains, rules) {
  const { space } = chains.context;
  const { diagram } = space;
  const merge = mergerFor(space, table, chains);
  const usedBy = basesUsing(rules);
  const mayMerge = (level) => {
    const open = chains.undecided(level);
    return open === void 0 || (usedBy.get(open.at) ?? 0) <= 1;
  };
  const follow = (node2, after) => {
    const results = nodeMemo(diagram);
    const visit = (each) => {
      const known = results.get(each);
      if (known !== void 0) return known;
      const value = diagram.outcome(each);
      let result;
      if (value !== void 0) result = after(value);
      else {
        const level = diagram.level(each);
        const low = visit(diagram.low(each));
        if (isUndecided(level) && mayMerge(level)) {
          const end = diagram.outcome(low);
          const settled = end !== void 0 && table.outcome(end).kind === "insufficient";
          result = settled ? low : merge(level, low, visit(diagram.high(each)));
        } else result = diagram.branch(level, low, visit(diagram.high(each)));
      }
      results.set(each, result);
      return result;
    };
    return visit(node2);
  };
  const mergeAll = (node2) => {
    const results = nodeMemo(diagram);
    const visit = (each) => {
      const known = results.get(each);
      if (known !== void 0) return known;
      const level = diagram.level(each);
      let result = each;
      if (level !== LEAF_LEVEL) {
        const [low, high] = [visit(diagram.low(each)), visit(diagram.high(each))];
        result = isUndecided(level) ? merge(level, low, high) : diagram.branch(level, low, high);
      }
      results.set(each, result);
      return result;
    };
    return visit(node2);
  };
  const select = (node2, after) => {
    const [first2, ...others] = outcomesOf(diagram, node2);
    return others.reduce(
      (rest2, number) => diagram.choose(
        whereOutcome(diagram, node2, (each) => each === number),
        after(number),
        rest2
      ),
      after(first2 ?? 0)
    );
  };
  return {
    follow,
    select,
    settle: (node2) => chains.hasUndecided() ? mergeAll(follow(node2, (number) => diagram.leaf(number))) : node2
  };
}

// src/analysis/netfilter/packet-sets/routes.ts
var NOWHERE2 = /* @__PURE__ */ new Set(["unreachable", "prohibit", "blackhole", "throw"]);
function routeFunction(context, machine2) {
  const { space } = context;
  const { diagram, dimensions, family } = space;
  const decisions = [];
  const numbers3 = /* @__PURE__ */ new Map();
  const decide = (decision) => {
    const index = decision.route === void 0 ? -1 : machine2.routes.indexOf(decision.route);
    const key = `${decision.kind} ${decision.device} ${index} ${decision.byMark}`;
    const known = numbers3.get(key) ?? decisions.push(decision) - 1;
    numbers3.set(key, known);
    return diagram.leaf(known);
  };
  const own2 = ownAddresses(context, "destination");
  const through = (route2, byMark) => {
    if (NOWHERE2.has(route2.kind)) return decide({ kind: "none", device: "", route: route2, byMark });
    const local = decide({ kind: "local", device: "lo", route: route2, byMark });
    if (route2.kind === "local") return local;
    return diagram.choose(own2, local, decide({ kind: "out", device: route2.device ?? "", route: route2, byMark }));
  };
  const table = (name, byMark, otherwise) => {
    const routes = machine2.routes.map((route2, place) => ({ route: route2, place })).filter(({ route: route2 }) => route2.table === name && route2.to.family === family).sort(
      (a, b) => a.route.to.mask < b.route.to.mask ? -1 : a.route.to.mask > b.route.to.mask ? 1 : b.place - a.place
    );
    return routes.reduce(
      (rest2, { route: route2 }) => diagram.choose(
        maskedBits(diagram, dimensions.destination, route2.to.bits, route2.to.mask),
        through(route2, byMark),
        rest2
      ),
      otherwise
    );
  };
  const last2 = diagram.choose(
    own2,
    decide({ kind: "local", device: "lo", byMark: false }),
    decide({ kind: "none", device: "", byMark: false })
  );
  const rules = machine2.policyRules.filter((rule) => rule.family === family && rule.exact);
  const node2 = rules.toReversed().reduce((rest2, { table: name, mark }) => {
    const found = table(name, mark !== void 0, rest2);
    if (mark === void 0) return found;
    if ((mark.value & ~mark.mask) >>> 0 !== 0) return rest2;
    return diagram.choose(maskedBits32(diagram, dimensions.mark, mark.value, mark.mask), found, rest2);
  }, last2);
  return { node: node2, decisions };
}
function chosenSources({ space, own: own2 }, machine2, decision) {
  const { diagram, dimensions, family } = space;
  const full = (1n << BigInt(dimensions.destination.bits)) - 1n;
  const at = (address4) => maskedBits(diagram, dimensions.destination, address4.bits, full);
  const elsewhere2 = decision.route?.source ?? chooseSource(machine2, { family, bits: 0n }, decision);
  const sources = own2.filter((address4) => address4.family === family && !isLoopback(address4)).map((address4) => ({ destinations: at(address4), destination: address4, source: address4 }));
  const loopback = family === "ip" ? { family, bits: 0x7f000001n } : { family, bits: 1n };
  const onLoopback = family === "ip" ? { destinations: maskedBits32(diagram, dimensions.destination, 2130706432, 4278190080), source: loopback } : { destinations: at(loopback), destination: loopback, source: loopback };
  return [onLoopback, ...sources, { destinations: TRUE, source: elsewhere2 }];
}

// src/analysis/netfilter/packet-sets/stage.ts
function firstStage(care, known) {
  return {
    care,
    destination: { changed: false },
    port: "asked",
    source: void 0,
    sourcePort: void 0,
    inName: "",
    outName: "",
    owned: true,
    done: UNCHANGED,
    turned: void 0,
    destinationDone: false,
    sourceDone: false,
    laps: 0,
    decision: -1,
    moved: false,
    ...known
  };
}
function afterNat(stage, hook) {
  if (rewritesDestination(hook)) return { ...stage, destinationDone: true };
  return hook === "forward" ? stage : { ...stage, sourceDone: true };
}
function stageAfter(stage, { rewrite, ...marks3 }, at) {
  const moved = stage.moved || !keepsMark(marks3);
  const marked = { ...stage, done: then(stage.done, marks3), moved };
  if (rewrite === void 0) return marked;
  const to = rewrittenTo(rewrite, { ...at, inName: stage.inName, outName: stage.outName });
  const translated = { ...marked, ...rewritesDestination(at.hook) ? { destinationDone: true } : { sourceDone: true } };
  if (rewrite.kind !== "redirect" && rewrite.kind !== "dnat")
    return { ...translated, source: to.address ?? stage.source, sourcePort: to.port ?? stage.sourcePort };
  return {
    ...translated,
    moved: moved || to.address !== void 0,
    destination: to.address === void 0 ? stage.destination : { value: to.address, changed: true },
    port: to.port ?? stage.port,
    turned: rewrite.turn
  };
}
function outcomeOf({ done, destination, port, turned: turned2 }, device3) {
  const address4 = destination.changed && destination.value !== void 0 ? formatIp(destination.value) : "asked";
  if (device3 !== void 0) return { kind: "sent", device: device3, address: address4, port };
  const { tproxy: tproxy3 } = done;
  return {
    kind: "delivered",
    address: address4,
    port: tproxy3 === void 0 ? port : Number(tproxy3.port),
    transparent: tproxy3 !== void 0,
    ...definedFields({ turned: tproxy3 === void 0 ? turned2 : "tproxy" })
  };
}
function stageKey(stage) {
  const { destination, source, ...rest2 } = stage;
  return JSON.stringify([destination.value?.bits.toString(), destination.changed, source?.bits.toString(), rest2]);
}
function interfaceCode({ interfaces }, name) {
  const code = interfaces.indexOf(name);
  return code < 0 ? interfaces.length : code;
}
function knownValues(space, stage) {
  const { dimensions } = space;
  const { destination, port, source, sourcePort: sourcePort2, inName, outName, owned: owned2 } = stage;
  const known = (name, value) => value === void 0 ? [] : [{ dimension: dimensions[name], value: BigInt(value) }];
  return [
    ...known("destination", destination.value?.bits),
    ...known("destination-port", port === "asked" ? void 0 : port),
    ...known("source", source?.bits),
    ...known("source-port", sourcePort2),
    ...known("in-interface", interfaceCode(space, inName)),
    ...known("out-interface", interfaceCode(space, outName)),
    ...known("owner", owned2 ? void 0 : 0)
  ];
}
function otherDevices(space, machine2) {
  const { diagram, dimensions, interfaces } = space;
  const dimension = dimensions["out-interface"];
  const known = /* @__PURE__ */ new Set(["", "lo", ...machine2.interfaces.map(({ name }) => name)]);
  const named2 = interfaces.flatMap(
    (name, code) => known.has(name) ? [] : [{ name, packets: equalTo(diagram, dimension, code) }]
  );
  const unnamed = between(diagram, dimension, interfaces.length, Number.MAX_SAFE_INTEGER);
  return machine2.assumed && space.asksInterfaces ? [...named2, { name: ANY_OTHER, packets: unnamed }] : [];
}

// src/analysis/netfilter/packet-sets/departures.ts
function departures(parts2, enter) {
  const { table, machine: machine2, chains, routes, continuation: continuation2 } = parts2;
  const { context } = chains;
  const { space } = context;
  const { diagram } = space;
  const { select, settle } = continuation2;
  const unreachable = diagram.leaf(table.number({ kind: "error", reason: "no route" }));
  const devices = otherDevices(space, machine2);
  const depart2 = (stage, number, decision) => {
    const usual = enter("output", { ...stage, decision: number, outName: decision.device });
    if (!machine2.assumed || decision.kind !== "out") return usual;
    return devices.reduce((rest2, { packets, name }) => {
      const through = enter("output", { ...stage, decision: number, outName: name });
      return diagram.choose(packets, through, rest2);
    }, usual);
  };
  const sent = (through) => settle(
    select(routes.node, (number) => {
      const decision = routes.decisions[number];
      return decision === void 0 || decision.kind === "none" ? unreachable : through(decision, number);
    })
  );
  const outbound = () => {
    const ownSet = ownAddresses(context, "destination");
    return sent((decision, number) => {
      const parts3 = chosenSources(context, machine2, decision);
      const here = whereOutcome(diagram, routes.node, (each) => each === number);
      const whole = parts3.reduceRight((rest2, { destinations, destination, source }) => {
        if (decision.kind === "out" && destinations !== TRUE) return rest2;
        if (source === void 0) return diagram.choose(destinations, unreachable, rest2);
        const others = parts3.reduce(
          (all, part) => part.destinations === TRUE ? all : diagram.or(all, part.destinations),
          FALSE
        );
        const care = destinations === TRUE ? diagram.and(here, diagram.not(others)) : destinations;
        if (care === FALSE || destinations === TRUE && decision.kind === "local" && decision.byMark) return rest2;
        const stage = firstStage(decision.kind === "out" ? TRUE : care, {
          source,
          destination: { ...definedFields({ value: destination }), changed: false }
        });
        return diagram.choose(destinations, depart2(stage, number, decision), rest2);
      }, unreachable);
      return decision.byMark && decision.kind === "local" ? diagram.choose(ownSet, whole, unreachable) : whole;
    });
  };
  const outboundBound = () => sent((decision, number) => depart2(firstStage(TRUE, {}), number, decision));
  return { outbound, outboundBound };
}

// src/analysis/netfilter/packet-sets/stage-view.ts
function dimensionBits(dimensions) {
  const all = Object.values(dimensions);
  const bits = /* @__PURE__ */ new Map();
  return (level) => {
    const known = bits.get(level);
    if (known !== void 0) return known;
    const place = all.findIndex(({ start, bits: width }) => level >= start && level < start + width);
    const bit = place < 0 ? 0 : 1 << place;
    bits.set(level, bit);
    return bit;
  };
}
function stageView({ context }) {
  const { space } = context;
  const { diagram } = space;
  const dimensionBit = dimensionBits(space.dimensions);
  const supports = /* @__PURE__ */ new Map();
  const support = (node2) => {
    const known = supports.get(node2);
    if (known !== void 0) return known;
    const seen = nodeMemo(diagram);
    let found = 0;
    const visit = (each) => {
      if (seen.get(each) !== void 0) return;
      seen.set(each, each);
      const level = diagram.level(each);
      if (level === LEAF_LEVEL) return;
      found |= dimensionBit(level);
      visit(diagram.low(each));
      visit(diagram.high(each));
    };
    visit(node2);
    supports.set(node2, found);
    return found;
  };
  return (node2, stage) => {
    const { done } = stage;
    const changed = done === UNCHANGED ? node2 : changedBy(space, node2, done);
    const known = knownValues(space, stage);
    const mask = known.reduce((all, { dimension }) => all | dimensionBit(dimension.start), 0);
    if ((support(changed) & mask) === 0) return changed;
    return withValues(diagram, changed, known);
  };
}

// src/analysis/netfilter/packet-sets/hook-paths.ts
var IGNORED = -1;
var MOST_LAPS = 3;
var NOT_LOCAL = "the address is not one of this pod, which does not forward";
var UNREAD = { position: 0, conditions: [], actions: [], text: "rules that are not in the text", line: 0 };
function hookPaths(parts2) {
  const { table, machine: machine2, rules, chains, routes, continuation: continuation2 } = parts2;
  const { space } = chains.context;
  const { diagram, dimensions, family } = space;
  const { follow, select } = continuation2;
  const leaf = (outcome) => diagram.leaf(table.number(outcome));
  const none = diagram.leaf(NO_PACKET);
  const noRoute = leaf({ kind: "dropped", reason: "no route to its destination" });
  const loopbackSource = loopbackAddresses(space, "source");
  const isNew = equalTo(diagram, dimensions["ct-state"], 0);
  const seenAt = stageView(chains);
  const memo = /* @__PURE__ */ new Map();
  const lead = (node2, stage, after, through = follow) => through(
    diagram.choose(stage.care, seenAt(node2, stage), diagram.leaf(IGNORED)),
    (number) => number === IGNORED ? none : after(number)
  );
  const enter = (hook, stage) => atBase(hook, basesAt(rules, hook, family), 0, { ...stage, moved: false });
  const afterChain = (base, end, next2) => {
    switch (end.kind) {
      case "drop":
        return leaf({ kind: "dropped", reason: end.reason, at: end.at });
      case "refuse":
        return leaf({ kind: "refused", reason: end.reason, at: end.at });
      case "unknown":
        return leaf(dependsOn(base.at, end.rule ?? UNREAD, end.reason));
      default:
        if (end.kind !== "accept" && base.chain.policy === "drop")
          return leaf({ kind: "dropped", reason: "the policy of the chain drops it", at: `${base.at} policy` });
        return next2(end.transform);
    }
  };
  const atBase = (hook, bases, index, stage) => {
    const base = bases[index];
    if (base === void 0) return afterHook(hook, afterNat(stage, hook));
    const nat = base.chain.kind === "nat";
    const translated = rewritesDestination(hook) ? stage.destinationDone : stage.sourceDone;
    if (nat && (stage.done.untracked || translated)) return atBase(hook, bases, index + 1, stage);
    const key = `${hook} ${index} ${stageKey(stage)}`;
    const known = memo.get(key);
    if (known !== void 0) return known;
    const inChain = (number) => afterChain(
      base,
      chains.ending(number),
      (transform) => atBase(hook, bases, index + 1, stageAfter(stage, transform, { machine: machine2, family, hook }))
    );
    const unread = () => leaf(dependsOn(base.at, UNREAD, `the text does not hold all rules of ${base.chain.name}`));
    let result;
    if (nat) {
      const later = atBase(hook, bases, index + 1, stage);
      if (!base.chain.complete) result = diagram.choose(isNew, unread(), later);
      else if (diagram.level(later) < CHANGEABLE_LEVEL)
        result = diagram.choose(isNew, lead(chains.of(base), stage, inChain), later);
      else result = lead(chains.of(base), stage, (number) => diagram.choose(isNew, inChain(number), later));
    } else result = base.chain.complete ? lead(chains.of(base), stage, inChain) : unread();
    memo.set(key, result);
    return result;
  };
  const stopAtLoopback = (stage, reason, otherwise) => {
    const dropped = leaf({ kind: "dropped", reason });
    const where = seenAt(loopbackSource, stage);
    return where === TRUE ? dropped : diagram.choose(where, dropped, otherwise());
  };
  const leave2 = (stage, number) => {
    const decision = routes.decisions[number];
    return enter("postrouting", { ...stage, decision: number, outName: decision?.device ?? "" });
  };
  const routed = (stage, take) => lead(
    routes.node,
    stage,
    (number) => {
      const decision = routes.decisions[number];
      return decision === void 0 ? none : take(decision, number);
    },
    select
  );
  const afterHook = (hook, stage) => {
    switch (hook) {
      case "output":
        if (!stage.moved) return enter("postrouting", stage);
        return routed(stage, (decision, number) => decision.kind === "none" ? noRoute : leave2(stage, number));
      case "postrouting":
        if (stage.outName !== "lo")
          return stopAtLoopback(
            stage,
            "its loopback source may not appear outside the pod",
            () => leaf(outcomeOf(stage, stage.outName))
          );
        if (stage.laps >= MOST_LAPS) return leaf({ kind: "dropped", reason: "routing loop through lo" });
        return enter("prerouting", { ...stage, inName: "lo", outName: "", owned: false, laps: stage.laps + 1 });
      case "prerouting":
        return routed(stage, (decision, number) => {
          if (decision.kind === "local") return enter("input", stage);
          if (decision.kind === "none") return noRoute;
          if (!machine2.forwarding) return leaf({ kind: "dropped", reason: NOT_LOCAL });
          return stopAtLoopback(
            stage,
            NOT_LOCAL,
            () => enter("forward", { ...stage, decision: number, outName: decision.device })
          );
        });
      case "forward":
        return leave2(stage, stage.decision);
      case "input":
        return leaf(outcomeOf(stage, void 0));
    }
  };
  return enter;
}

// src/analysis/netfilter/packet-sets/path-function.ts
function pathFunctions(space, table, rulesets2, machine2) {
  const own2 = machine2.interfaces.flatMap(({ addresses: addresses2 }) => addresses2);
  const context = { space, own: own2 };
  const rules = compileRules(rulesets2);
  const chains = chainFunctions(context);
  const routes = routeFunction(context, machine2);
  const leaf = (outcome) => space.diagram.leaf(table.number(outcome));
  const parts2 = { table, machine: machine2, rules, chains, routes, continuation: continuation(table, chains, rules) };
  const enter = hookPaths(parts2);
  const { outbound, outboundBound } = departures(parts2, enter);
  const undecided = rules.undecided === void 0 ? void 0 : leaf(dependsOn("all rules", UNREAD, rules.undecided));
  const remembered = /* @__PURE__ */ new Map();
  const once = (name, make) => {
    const known = undecided ?? remembered.get(name) ?? make();
    remembered.set(name, known);
    return known;
  };
  return {
    space,
    context,
    chains,
    rules,
    outbound: () => once("out", outbound),
    outboundBound: () => once("bound", outboundBound),
    inbound: (device3) => once(
      `in ${device3}`,
      () => parts2.continuation.settle(enter("prerouting", firstStage(TRUE, { inName: device3, owned: false })))
    )
  };
}

// src/analysis/netfilter/interception/pod-paths.ts
function primaryAddress2(machine2, family) {
  for (const { name, addresses: addresses2 } of machine2.interfaces) {
    const own2 = addresses2.find(
      (address4) => address4.family === family && (family === "ip" || address4.bits >> 118n !== 0x3fan)
    );
    if (name !== "lo" && own2 !== void 0) return { device: name, own: own2 };
  }
  return void 0;
}
var NODES_PER_RULE = 64;
function podPaths(rulesets2, given, family, place, bound) {
  const machine2 = withDefaultRoute(given, family, place.device);
  const rules = rulesets2.reduce((sum, set2) => sum + ruleCount(set2), 0);
  const space = packetSpace(createDiagram(rules * NODES_PER_RULE, bound), family, rulesets2, machine2);
  const table = outcomeTable();
  const paths = pathFunctions(space, table, rulesets2, machine2);
  return {
    paths,
    machine: machine2,
    ...place,
    answering: (inbound) => ({ paths, table, machine: machine2, device: place.device, inbound })
  };
}
function askPaths(rulesets2, given, family, ask, beyond, bound = MOST_NODES) {
  const place = primaryAddress2(given, family);
  if (place === void 0) return void 0;
  let found;
  try {
    found = podPaths(rulesets2, given, family, place, bound);
    return ask(found);
  } catch (error) {
    return beyond(whyGivenUp(error, found === void 0 ? [] : [found.paths]));
  }
}

// src/analysis/netfilter/interception/interception.ts
function usesTproxy(rulesets2) {
  return everyRule(rulesets2).some(({ rule }) => rule.actions.some((action) => action.kind === "tproxy"));
}
function modeOf(into, out, tproxy3) {
  const trafficOutcomes = [into.usual, out.usual, ...into.exceptions, ...out.exceptions];
  const captured = trafficOutcomes.some(({ verdict }) => verdict === "captured");
  if (captured && tproxy3) return "tproxy";
  if (into.usual.verdict === "insufficient") return "unknown";
  if (captured) return "redirect";
  return trafficOutcomes.some(({ verdict }) => verdict === "insufficient") ? "unknown" : "none";
}
function interceptionOf(rulesets2, given, family, bound) {
  const ask = (found) => intercepted(found, rulesets2, family);
  return askPaths(rulesets2, given, family, ask, (why) => undetermined(family, rulesets2, why), bound);
}
function undetermined(family, rulesets2, why) {
  const trafficOutcome = { verdict: "insufficient", why };
  const direction = { usual: trafficOutcome, exceptions: [], more: 0 };
  return {
    family,
    mode: "unknown",
    inbound: direction,
    outbound: direction,
    proxyToSelf: trafficOutcome,
    appToSelf: trafficOutcome,
    appToLocalhost: trafficOutcome,
    dns: { udp: direction, tcp: direction },
    dnsUdp: trafficOutcome,
    dnsTcp: trafficOutcome,
    udpOutbound: direction,
    udp: trafficOutcome,
    proxy: proxyTraitsOf(rulesets2)
  };
}
function intercepted(found, rulesets2, family) {
  const { paths, machine: machine2, device: device3, own: own2, answering } = found;
  const { diagram } = paths.space;
  const proxy = proxyTraitsOf(rulesets2);
  const outside2 = outsideOf(paths);
  const dns = toPort(paths.space, 53);
  const self = toAddress(paths.space, "destination", own2);
  const localhost = toAddress(
    paths.space,
    "destination",
    family === "ip" ? { family, bits: 0x7f000001n } : { family, bits: 1n }
  );
  const asProxy = { uid: proxy.uid, gid: proxy.gid };
  const traffic = (protocol, destinations, sender = {}) => outboundTraffic(paths, machine2, device3, protocol, destinations, sender);
  const asked = (protocol, destinations, sender = {}) => directionOf(answering(false), traffic(protocol, destinations, sender));
  const ofAll = (protocol, destinations) => {
    const all = traffic(protocol, destinations);
    return directionWithParts(answering(false), all, proxyParts(paths, all.domain, proxy));
  };
  const ofApps = (protocol, destinations) => asked(protocol, diagram.and(destinations, applications(paths, proxy)));
  const addresses2 = machine2.interfaces.filter(({ name }) => name !== "lo").flatMap((each) => each.addresses).filter((address4) => address4.family === family && !isLoopback(address4));
  const arriving = inboundTraffic(paths, machine2, device3, "tcp", addresses2);
  const atProxy = reachingProxy(found, arriving.node, redirectTargets(rulesets2));
  const inbound = directionWithParts(
    answering(true),
    { ...arriving, domain: diagram.and(arriving.domain, diagram.not(atProxy)) },
    []
  );
  const notDns = diagram.and(outside2, diagram.not(dns));
  const outbound = ofAll("tcp", notDns);
  const untouched = diagram.and(loopbackAddresses(paths.space, "destination"), openPackets(found));
  const queries = diagram.and(dns, diagram.not(diagram.or(self, untouched)));
  const [dnsUdp, dnsTcp] = [ofApps("udp", queries), ofApps("tcp", queries)];
  const udp = ofAll("udp", notDns);
  return {
    family,
    mode: modeOf(inbound, outbound, usesTproxy(rulesets2)),
    inbound,
    outbound,
    proxyToSelf: asked("tcp", self, asProxy).usual,
    appToSelf: ofApps("tcp", self).usual,
    appToLocalhost: ofApps("tcp", localhost).usual,
    dns: { udp: dnsUdp, tcp: dnsTcp },
    dnsUdp: capturedFirst(dnsUdp),
    dnsTcp: capturedFirst(dnsTcp),
    udpOutbound: udp,
    udp: udp.usual,
    proxy
  };
}
function redirectTargets(rulesets2) {
  const actions = everyRule(rulesets2).flatMap(({ rule }) => rule.actions);
  const ports = actions.flatMap(
    (action) => action.kind === "redirect" ? [Number(action.ports)] : action.kind === "tproxy" ? [Number(action.port)] : []
  );
  return [...new Set(ports)].filter(Number.isInteger);
}
function reachingProxy({ paths, answering }, node2, ports) {
  const { diagram } = paths.space;
  const { table } = answering(true);
  const asked = ports.map((port) => toPort(paths.space, port)).reduce((all, each) => diagram.or(all, each), FALSE);
  const open = whereOutcome(diagram, node2, (number) => outcomeVerdict(table.outcome(number)) === "direct");
  return diagram.and(asked, open);
}
function openPackets({ paths, answering }) {
  const { table } = answering(false);
  return whereOutcome(
    paths.space.diagram,
    paths.outbound(),
    (number) => outcomeVerdict(table.outcome(number)) === "direct"
  );
}
function applications({ space }, { uid, gid }) {
  const { diagram, dimensions } = space;
  return diagram.not(diagram.or(equalTo(diagram, dimensions.uid, uid), equalTo(diagram, dimensions.gid, gid)));
}
function capturedFirst({ usual, exceptions }) {
  const resolvers = exceptions.filter(({ where }) => where.every(({ property }) => property === "destination"));
  const all = [usual, ...resolvers];
  return all.find(({ verdict }) => verdict === "captured") ?? all.find(({ verdict }) => verdict === "insufficient") ?? usual;
}

// ../../../tmp/kb/nb.ts
var count = Number(process.argv[2] ?? 40);
var ranges = Array.from({ length: count }, (_, index) => {
  const from = 1 + index * 37 % 6e4;
  return `-A ISTIO_OUTPUT -d 10.${index >> 4}.${index * 16 & 255}.0/${22 + index % 8} -p tcp -m tcp --dport ${from}:${from + 9 + index * 13 % 400} -j RETURN`;
});
var TEXT = ["*nat", ":PREROUTING ACCEPT [0:0]", ":OUTPUT ACCEPT [0:0]", ":ISTIO_INBOUND - [0:0]", ":ISTIO_OUTPUT - [0:0]", "-A PREROUTING -p tcp -j ISTIO_INBOUND", "-A OUTPUT -p tcp -j ISTIO_OUTPUT", "-A ISTIO_INBOUND -p tcp -j REDIRECT --to-ports 15006", "-A ISTIO_OUTPUT -m owner --uid-owner 1337 -j RETURN", "-A ISTIO_OUTPUT -p tcp -m tcp --dport 80 -j RETURN", "-A ISTIO_OUTPUT -d 192.0.2.1/32 -p tcp -m tcp --dport 80 -j DROP", ...ranges, "-A ISTIO_OUTPUT -p tcp -j REDIRECT --to-ports 15001", "COMMIT", ""].join("\n");
var { rulesets } = parseRules(TEXT);
var machine = withDefaultNetwork({}, rulesets);
for (const b of [2, 100, 300, 700, 1e3, 1500, 2e3, 3e3, 4e3, 5e3, 6e3, 8e3, 1e4, 13e3, 2e4, 3e4, 4e4, 5e4, 2e5]) {
  const f = interceptionOf(rulesets, machine, "ip", b);
  console.log(b, f?.inbound.usual.verdict, f?.outbound.usual.verdict, f?.outbound.usual.why);
}
