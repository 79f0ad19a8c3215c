import Diagrams
import Testing

struct DiagramTests {
    private var diagram: Diagram {
        var diagram = Diagram(title: "a \"quoted\" <title>")
        diagram.boxes = [
            Diagram.Box(id: "a", lines: ["one & two", "<b>"], column: 0, row: 0),
            Diagram.Box(id: "b", lines: ["three"], column: 1, row: 1, isFaulty: true),
        ]
        diagram.edges = [
            Diagram.Edge(from: "a", to: "b", label: "x\"y", isFaulty: true),
            Diagram.Edge(from: "b", to: "a", label: "", isUndirected: true),
        ]
        return diagram
    }

    @Test func mermaidIsAFlowchart() {
        #expect(
            diagram.mermaid == """
                ---
                title: "a \\"quoted\\" <title>"
                ---
                flowchart TD
                  a["one &amp; two<br/>&lt;b&gt;"]
                  b["three"]:::fault
                  a -->|"x&quot;y"| b
                  b --- a
                  linkStyle 0 stroke:#c00,stroke-width:2px
                  classDef fault fill:#fdd,stroke:#c00

                """)
    }

    @Test func dotQuotesItsLabels() {
        #expect(diagram.dot.contains("  a [label=\"one & two\\n<b>\"];"))
        #expect(diagram.dot.contains("  b [label=\"three\", color=red, fontcolor=red];"))
        #expect(diagram.dot.contains("  a -> b [label=\"x\\\"y\", color=red];"))
        #expect(diagram.dot.contains("  b -> a [label=\"\", dir=none];"))
    }

    @Test func svgHasEveryBoxAndNoBareSigns() {
        let svg = diagram.svg
        #expect(svg.hasPrefix("<svg xmlns=\"http://www.w3.org/2000/svg\" width="))
        #expect(svg.contains(">one &amp; two</text>") && svg.contains(">&lt;b&gt;</text>"))
        #expect(svg.split(separator: "<rect x=").count == 3 && svg.split(separator: "<line ").count == 3)
        #expect(svg.contains("a &quot;quoted&quot; &lt;title&gt;"))
    }

    @Test func anEmptyDiagramIsDrawnToo() {
        #expect(Diagram(title: "t").svg.hasSuffix("</svg>\n"))
    }
}
