const ANSI = /\u001b(?:\[[0-9;?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[@-Z\\-_])/g

/** The text without what colours it on a terminal (ECMA-48 control sequences). */
export function withoutColours(text: string): string {
  return text.includes('\u001b') ? text.replace(ANSI, '') : text
}

/** The text with plain spaces, quotes and dashes where documents and chats put typographic ones; a dash before an option was one or two hyphens. */
export function plainPunctuation(text: string): string {
  if (!/[\u00a0\u2010-\u2015\u2018-\u201f\u2212\u3000\ufeff]/.test(text)) return text
  return text
    .replace(/(^|\s)[\u2013\u2014](?=[a-zA-Z]{2})/g, '$1--')
    .replace(/(^|\s)[\u2013\u2014](?=[a-zA-Z])/g, '$1-')
    .replace(/[\u00a0\u3000\ufeff]/g, ' ')
    .replace(/[\u2010-\u2015\u2212]/g, '-')
    .replace(/[\u2018\u2019\u201a\u201b]/g, "'")
    .replace(/[\u201c-\u201f]/g, '"')
}
