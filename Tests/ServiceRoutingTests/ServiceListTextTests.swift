import KubernetesModel
import ServiceRouting
import Testing

@Suite struct ServiceListTextTests {
    @Test("behaviour 3.6: the text of cilium service list, trailing spaces and all")
    func tutorial() {
        let table = ForwardingTable(services: Fixture.cluster, slices: Fixture.slices)
        // Each line ends in a bar here, so that no editor takes the spaces before it.
        let expected = """
            ID   Frontend            Service Type   Backend                            |
            1    10.96.0.1:443       ClusterIP      1 => 172.18.0.2:6443 (active)      |
            2    10.96.0.10:53       ClusterIP      1 => 10.0.1.17:53 (active)         |
                                                    2 => 10.0.2.201:53 (active)        |
            3    10.96.0.10:53       ClusterIP      1 => 10.0.1.17:53 (active)         |
                                                    2 => 10.0.2.201:53 (active)        |
            4    10.96.0.10:9153     ClusterIP      1 => 10.0.1.17:9153 (active)       |
                                                    2 => 10.0.2.201:9153 (active)      |
            5    10.96.183.20:8080   ClusterIP                                         |

            """
        let lines = expected.split(separator: "\n").map { line in line.dropLast() + "\n" }
        let text = ServiceListText.render(table)
        // Wide columns are those of the widest cell plus three.
        let width = "ID   Frontend            Service Type   1 => 10.0.2.201:9153 (active)   ".count
        #expect(text.split(separator: "\n").allSatisfy { $0.count == width })
        #expect(text.split(separator: "\n").count == lines.count)
        for (line, wanted) in zip(text.split(separator: "\n"), lines) {
            #expect(line == wanted.prefix(width), "\(line)")
        }
    }

    @Test("behaviour 3.6: without services the header stands alone")
    func empty() {
        #expect(ServiceListText.render(ForwardingTable()) == "ID   Frontend   Service Type   Backend   \n")
    }
}
