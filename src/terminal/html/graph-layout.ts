import {Graph, layout} from '@dagrejs/dagre'

/** A box with lines of text; `id` is what links name. */
export interface Box {
  readonly id: string
  readonly lines: readonly string[]
}

/** An arrow between two boxes. */
export interface Link {
  readonly from: string
  readonly to: string
  readonly label: string
}

interface Place {
  /** Of the left upper corner, in CSS pixels. */
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

export type PlacedBox = Box & Place

export interface PlacedLink extends Link {
  readonly points: readonly {readonly x: number; readonly y: number}[]
  /** Where its label stands; absent for one without text. */
  readonly place?: Place
}

export interface GraphLayout {
  readonly width: number
  readonly height: number
  readonly boxes: readonly PlacedBox[]
  readonly links: readonly PlacedLink[]
}

/** Width of a character and height of a line, in CSS pixels; the text is drawn into exactly this width whatever the font is. */
export const CHAR_PX = 7.25
export const LINE_PX = 16
const PADDING = 10
const GAP = 18
const EDGE = 12
/** How wide rows of unconnected boxes become: a window of 1280 pixels less margins and scroll bar. */
const ROW_PX = 1180

function size(lines: readonly string[]): {readonly width: number; readonly height: number} {
  const widest = Math.max(1, ...lines.map(text => text.length))
  return {width: Math.ceil(widest * CHAR_PX) + 2 * PADDING, height: lines.length * LINE_PX + PADDING}
}

function labelSize(text: string): {readonly width: number; readonly height: number} {
  return {width: Math.ceil(text.length * CHAR_PX) + 6, height: LINE_PX}
}

function cornered({x, y, width, height}: Place): Place {
  return {x: x - width / 2, y: y - height / 2, width, height}
}

/** Boxes with links, left to right in layers (dagre). */
function layered(boxes: readonly Box[], links: readonly Link[]): GraphLayout {
  const graph = new Graph<{rankdir: 'LR'; nodesep: number; ranksep: number; edgesep: number}, Place, Place>({
    multigraph: true,
  })
  graph.setGraph({rankdir: 'LR', nodesep: GAP, ranksep: 48, edgesep: 12})
  for (const {id, lines} of boxes) graph.setNode(id, {x: 0, y: 0, ...size(lines)})
  links.forEach(({from, to, label}, at) => {
    const room = label === '' ? {width: 0, height: 0} : labelSize(label)
    graph.setEdge(from, to, {x: 0, y: 0, ...room, labelpos: 'c'} as Place, String(at))
  })
  layout(graph)
  const placedBoxes = boxes.map(box => ({...box, ...cornered(graph.node(box.id))}))
  const placedLinks = links.map((link, at): PlacedLink => {
    const edge = graph.edge({v: link.from, w: link.to, name: String(at)}) as Place & Pick<PlacedLink, 'points'>
    const {points} = edge
    return link.label === '' ? {...link, points} : {...link, points, place: cornered(edge)}
  })
  return bounded(placedBoxes, placedLinks)
}

/** Moves everything so that it begins at the margin, and measures it. */
function bounded(boxes: readonly PlacedBox[], links: readonly PlacedLink[]): GraphLayout {
  const places: readonly Place[] = [...boxes, ...links.flatMap(({place}) => place ?? [])]
  const points = links.flatMap(each => each.points)
  if (places.length === 0) return {width: 0, height: 0, boxes, links}
  const left = Math.min(...places.map(({x}) => x), ...points.map(({x}) => x)) - EDGE
  const top = Math.min(...places.map(({y}) => y), ...points.map(({y}) => y)) - EDGE
  const move = <T extends {readonly x: number; readonly y: number}>(each: T): T => ({
    ...each,
    x: Math.round((each.x - left) * 10) / 10,
    y: Math.round((each.y - top) * 10) / 10,
  })
  return {
    width: Math.ceil(Math.max(...places.map(({x, width}) => x + width), ...points.map(({x}) => x)) - left + EDGE),
    height: Math.ceil(Math.max(...places.map(({y, height}) => y + height), ...points.map(({y}) => y)) - top + EDGE),
    boxes: boxes.map(move),
    links: links.map(({place, points, ...link}) => ({
      ...link,
      points: points.map(move),
      ...(place === undefined ? {} : {place: move(place)}),
    })),
  }
}

/** Boxes without links, in rows below `top`. */
function inRows(boxes: readonly Box[], top: number): readonly PlacedBox[] {
  let x = EDGE
  let y = top + EDGE
  let tallest = 0
  return boxes.map(box => {
    const own = size(box.lines)
    if (x > EDGE && x + own.width > ROW_PX) {
      x = EDGE
      y += tallest + GAP
      tallest = 0
    }
    const placed = {...box, ...own, x, y}
    x += own.width + GAP
    tallest = Math.max(tallest, own.height)
    return placed
  })
}

/** Places boxes so that neither boxes nor labels cover one another: linked ones in layers, the others in rows below. Links to unknown boxes are left out. */
export function placed(boxes: readonly Box[], links: readonly Link[]): GraphLayout {
  const known = new Set(boxes.map(({id}) => id))
  const drawn = links.filter(({from, to}) => from !== to && known.has(from) && known.has(to))
  const linked = new Set(drawn.flatMap(({from, to}) => [from, to]))
  const above = layered(
    boxes.filter(({id}) => linked.has(id)),
    drawn,
  )
  const alone = inRows(
    boxes.filter(({id}) => !linked.has(id)),
    above.height,
  )
  return {
    width: Math.ceil(Math.max(above.width, ...alone.map(({x, width}) => x + width + EDGE))),
    height: Math.ceil(Math.max(above.height, ...alone.map(({y, height}) => y + height + EDGE))),
    boxes: [...above.boxes, ...alone],
    links: above.links,
  }
}
