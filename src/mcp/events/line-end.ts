/** The bytes that end a line of an event stream, each by itself or both (HTML standard, "Parsing an event stream"). */
export const LF = 0x0a;
export const CR = 0x0d;
