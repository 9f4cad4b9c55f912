/** A rectangle: left upper corner and size. */
export interface Rectangle {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** The pairs of rectangles, by their numbers, that share more than a hair's breadth. */
export function overlaps(all: readonly Rectangle[]): readonly (readonly [number, number])[] {
  const hair = 0.5
  return all.flatMap((a, i) =>
    all.slice(i + 1).flatMap((b, k): readonly (readonly [number, number])[] => {
      const across = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x)
      const down = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y)
      return across > hair && down > hair ? [[i, i + 1 + k]] : []
    }),
  )
}
