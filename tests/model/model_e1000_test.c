/* SPDX-License-Identifier: MIT */
/* model:e1000 as its driver sees it: EEPROM, PHY, interrupts, rings, filter, statistics, wires. */
#include "function_fixture.h"

#include <errno.h>

#include "vfio/model.h"

/* clang-format off */
enum { CTRL = 0x0, STATUS = 0x8, EERD = 0x14, MDIC = 0x20, ICR = 0xc0, ICS = 0xc8, IMS = 0xd0,
       IMC = 0xd8, RCTL = 0x100, TCTL = 0x400, RDBAL = 0x2800, RDBAH = 0x2804, RDLEN = 0x2808,
       RDH = 0x2810, RDT = 0x2818, TDBAL = 0x3800, TDBAH = 0x3804, TDLEN = 0x3808, TDH = 0x3810,
       TDT = 0x3818, MPC = 0x4010, GPRC = 0x4074, BPRC = 0x4078, GPTC = 0x4080, GORCL = 0x4088,
       MTA = 0x5200, RAL0 = 0x5400, RAH0 = 0x5404 };
/* clang-format on */

#define CTRL_SLU   0x40u
#define CTRL_RST   0x04000000u
#define STATUS_LU  0x2u
#define RCTL_EN    0x2u
#define RCTL_BAM   0x8000u
#define RCTL_SECRC 0x04000000u
#define TCTL_EN    0x2u
#define TCTL_PSP   0x8u

#define RING      8u
#define TX_RING   0x0u /* offsets in the DMA memory */
#define RX_RING   0x1000u
#define TX_BUFFER 0x10000u
#define RX_BUFFER 0x20000u

static const uint8_t own_mac[6] = { 0x52, 0x54, 0x00, 0x12, 0x34, 0x56 };

static volatile uint8_t *tx_descriptor(struct fixture *f, unsigned int i)
{
	return f->dma + TX_RING + (size_t)i * 16;
}

static volatile uint8_t *rx_descriptor(struct fixture *f, unsigned int i)
{
	return f->dma + RX_RING + (size_t)i * 16;
}

static void put64(volatile uint8_t *at, uint64_t value)
{
	for (unsigned int i = 0; i < 8; i++)
		at[i] = (uint8_t)(value >> (8 * i));
}

/* Rings of 8, all but one receive descriptor handed over, link up. */
static void start(struct fixture *f, const char *address)
{
	fixture_open(f, address);
	reg_write(f, CTRL, CTRL_SLU);
	reg_read(f, ICR);
	for (unsigned int i = 0; i < RING; i++)
		put64(rx_descriptor(f, i), f->dma_addr + RX_BUFFER + (uint64_t)i * 2048);
	reg_write(f, RDBAL, (uint32_t)f->dma_addr + RX_RING);
	reg_write(f, RDLEN, RING * 16);
	reg_write(f, RDT, RING - 1);
	reg_write(f, RCTL, RCTL_EN | RCTL_BAM | RCTL_SECRC);
	reg_write(f, TDBAL, (uint32_t)f->dma_addr + TX_RING);
	reg_write(f, TDLEN, RING * 16);
	reg_write(f, TCTL, TCTL_EN | TCTL_PSP);
}

static void make_frame(uint8_t *frame, const uint8_t *to, size_t len)
{
	memset(frame, 0, len);
	memcpy(frame, to, 6);
	memcpy(frame + 6, own_mac, 6);
	for (size_t i = 12; i < len; i++)
		frame[i] = (uint8_t)i;
}

/* Puts a frame into descriptor @i of the transmit ring, without moving the tail. */
static void queue_frame(struct fixture *f, unsigned int i, const uint8_t *to, uint16_t len)
{
	volatile uint8_t *d = tx_descriptor(f, i);

	make_frame(f->dma + TX_BUFFER + (size_t)i * 2048, to, len);
	put64(d, f->dma_addr + TX_BUFFER + (uint64_t)i * 2048);
	put64(d + 8, len | 0x0bull << 24); /* EOP, IFCS, RS */
}

static uint16_t eeprom(struct fixture *f, uint32_t word)
{
	reg_write(f, EERD, word << 8 | 1);
	assert_int_equal(reg_read(f, EERD) & 0x10, 0x10);
	return (uint16_t)(reg_read(f, EERD) >> 16);
}

static void test_eeprom__mac_and_checksum(void **state)
{
	struct fixture f;
	uint16_t sum = 0;

	(void)state;
	fixture_open(&f, "model:e1000,mac=02:11:22:33:44:55");
	for (uint32_t i = 0; i < 64; i++)
		sum = (uint16_t)(sum + eeprom(&f, i));
	assert_int_equal(sum, 0xbaba);
	assert_int_equal(eeprom(&f, 0), 0x1102);
	assert_int_equal(eeprom(&f, 2), 0x5544);
	assert_int_equal(reg_read(&f, RAL0), 0x33221102);
	assert_int_equal(reg_read(&f, RAH0), 0x80005544);
	fixture_close(&f);
}

static void test_mdic__phy_id_read_and_wrong_phy_an_error(void **state)
{
	struct fixture f;

	(void)state;
	fixture_open(&f, "model:e1000");
	reg_write(&f, MDIC, 2u << 26 | 1u << 21 | 2u << 16);
	assert_int_equal(reg_read(&f, MDIC) & 0x1000ffff, 0x10000141);
	reg_write(&f, MDIC, 2u << 26 | 2u << 21 | 2u << 16);
	assert_int_equal(reg_read(&f, MDIC) & 0x50000000, 0x50000000);
	fixture_close(&f);
}

static void test_link__slu_and_wire__status_and_lsc(void **state)
{
	struct fixture f;

	(void)state;
	fixture_open(&f, "model:e1000");
	assert_int_equal(reg_read(&f, STATUS) & STATUS_LU, 0);
	reg_write(&f, CTRL, CTRL_SLU);
	assert_int_equal(reg_read(&f, STATUS) & STATUS_LU, STATUS_LU);
	assert_int_equal(reg_read(&f, ICR), 4);
	assert_int_equal(reg_read(&f, ICR), 0);
	pci_model_e1000_set_link(f.fn, false);
	assert_int_equal(reg_read(&f, STATUS) & STATUS_LU, 0);
	assert_int_equal(reg_read(&f, ICR), 4);
	fixture_close(&f);
}

static void test_reset__registers_as_at_power_on(void **state)
{
	struct fixture f;

	(void)state;
	start(&f, "model:e1000");
	reg_write(&f, IMS, 0xff);
	reg_write(&f, CTRL, CTRL_RST);
	assert_int_equal(reg_read(&f, CTRL) & CTRL_RST, 0);
	assert_int_equal(reg_read(&f, RCTL), 0);
	assert_int_equal(reg_read(&f, IMS), 0);
	assert_int_equal(reg_read(&f, RAH0), 0x80005634);
	fixture_close(&f);
}

static void test_intx__masked_by_ims_and_imc__level_semantics(void **state)
{
	struct fixture f;
	int fd = eventfd_new();

	(void)state;
	fixture_open(&f, "model:e1000");
	assert_int_equal(pci_function_irq_enable(f.fn, PCI_IRQ_INTX, &fd, 1), 0);
	assert_int_equal(pci_function_irq_unmask(f.fn, 0), 0);
	reg_write(&f, ICS, 0x80);
	assert_int_equal(interrupts_now(fd), 0); /* IMS is clear */
	reg_write(&f, IMS, 0x80);
	assert_int_equal(interrupts_now(fd), 1);
	reg_write(&f, IMC, 0x80);
	assert_int_equal(pci_function_irq_unmask(f.fn, 0), 0);
	assert_int_equal(interrupts_now(fd), 0);
	reg_write(&f, IMS, 0x80);
	assert_int_equal(interrupts_now(fd), 1);
	assert_int_equal(reg_read(&f, ICR), 0x80);
	assert_int_equal(pci_function_irq_unmask(f.fn, 0), 0);
	assert_int_equal(interrupts_now(fd), 0);
	reg_write(&f, ICS, 0x80);
	reg_write(&f, ICR, 0x80); /* writing ones clears, too */
	assert_int_equal(reg_read(&f, ICR), 0);
	fixture_close(&f);
	close(fd);
}

static void test_send__loopback__received_with_both_descriptors_done(void **state)
{
	struct fixture f;

	(void)state;
	start(&f, "model:e1000");
	queue_frame(&f, 0, own_mac, 100);
	reg_write(&f, TDT, 1);
	assert_int_equal(reg_read(&f, TDH), 1);
	assert_int_equal(tx_descriptor(&f, 0)[12] & 1, 1);
	assert_int_equal(reg_read(&f, RDH), 1);
	assert_int_equal(rx_descriptor(&f, 0)[12] & 3, 3); /* DD, EOP */
	assert_int_equal(rx_descriptor(&f, 0)[8], 100);
	assert_memory_equal(f.dma + RX_BUFFER, f.dma + TX_BUFFER, 100);
	assert_int_equal(reg_read(&f, ICR), 0x80 | 0x02 | 0x01);
	assert_int_equal(reg_read(&f, GPTC), 1);
	assert_int_equal(reg_read(&f, GPTC), 0); /* cleared by reading */
	assert_int_equal(reg_read(&f, GPRC), 1);
	assert_int_equal(reg_read(&f, GORCL), 100);
	fixture_close(&f);
}

static void test_send__short_frame__padded_to_60(void **state)
{
	struct fixture f;

	(void)state;
	start(&f, "model:e1000");
	queue_frame(&f, 0, own_mac, 20);
	reg_write(&f, TDT, 1);
	assert_int_equal(rx_descriptor(&f, 0)[8], 60);
	assert_int_equal(f.dma[RX_BUFFER + 40], 0);
	fixture_close(&f);
}

static void test_send__frame_in_three_descriptors__one_frame(void **state)
{
	struct fixture f;

	(void)state;
	start(&f, "model:e1000");
	queue_frame(&f, 0, own_mac, 40);
	queue_frame(&f, 1, own_mac, 30);
	queue_frame(&f, 2, own_mac, 30);
	tx_descriptor(&f, 0)[11] = 0; /* neither EOP nor RS */
	tx_descriptor(&f, 1)[11] = 0;
	reg_write(&f, TDT, 3);
	assert_int_equal(rx_descriptor(&f, 0)[8], 100);
	assert_int_equal(tx_descriptor(&f, 0)[12], 0);
	assert_int_equal(tx_descriptor(&f, 2)[12], 1);
	assert_int_equal(reg_read(&f, GPTC), 1);
	fixture_close(&f);
}

static void test_receive__no_descriptor_left__counted_and_goes_on_later(void **state)
{
	struct fixture f;
	uint8_t frame[60];

	(void)state;
	start(&f, "model:e1000");
	make_frame(frame, own_mac, sizeof(frame));
	for (unsigned int i = 0; i < RING - 1; i++)
		assert_true(pci_model_e1000_receive(f.fn, frame, sizeof(frame)));
	reg_read(&f, ICR);
	assert_false(pci_model_e1000_receive(f.fn, frame, sizeof(frame)));
	assert_int_equal(reg_read(&f, ICR), 0x40); /* RXO */
	assert_int_equal(reg_read(&f, MPC), 1);
	assert_int_equal(reg_read(&f, MPC), 0);
	reg_write(&f, RDT, 0);
	assert_true(pci_model_e1000_receive(f.fn, frame, sizeof(frame)));
	fixture_close(&f);
}

static void test_receive__few_descriptors_left__rxdmt0(void **state)
{
	struct fixture f;
	uint8_t frame[60];

	(void)state;
	start(&f, "model:e1000");
	make_frame(frame, own_mac, sizeof(frame));
	assert_true(pci_model_e1000_receive(f.fn, frame, sizeof(frame))); /* 6 of 8 left */
	assert_int_equal(reg_read(&f, ICR) & 0x10, 0);
	assert_true(pci_model_e1000_receive(f.fn, frame, sizeof(frame)));
	assert_true(pci_model_e1000_receive(f.fn, frame, sizeof(frame))); /* 4: half */
	assert_int_equal(reg_read(&f, ICR) & 0x10, 0x10);
	fixture_close(&f);
}

static void test_receive__long_frame__spread_over_buffers(void **state)
{
	static uint8_t frame[3000];
	struct fixture f;

	(void)state;
	start(&f, "model:e1000");
	make_frame(frame, own_mac, sizeof(frame));
	assert_false(pci_model_e1000_receive(f.fn, frame, sizeof(frame))); /* LPE is off */
	reg_write(&f, RCTL, RCTL_EN | RCTL_SECRC | 0x20);
	assert_true(pci_model_e1000_receive(f.fn, frame, sizeof(frame)));
	assert_int_equal(reg_read(&f, RDH), 2);
	assert_int_equal(rx_descriptor(&f, 0)[12] & 3, 1);
	assert_int_equal(rx_descriptor(&f, 1)[12] & 3, 3);
	assert_memory_equal(f.dma + RX_BUFFER, frame, 2048);
	assert_memory_equal(f.dma + RX_BUFFER + 2048, frame + 2048, 3000 - 2048);
	fixture_close(&f);
}

static bool takes(struct fixture *f, const uint8_t *to)
{
	uint8_t frame[60];

	make_frame(frame, to, sizeof(frame));
	return pci_model_e1000_receive(f->fn, frame, sizeof(frame));
}

static void test_filter__unicast_multicast_broadcast(void **state)
{
	static const uint8_t other[6] = { 2, 0, 0, 0, 0, 9 }, group[6] = { 1, 0, 0x5e, 0, 0, 0x10 };
	static const uint8_t all[6] = { 255, 255, 255, 255, 255, 255 };
	uint32_t hash = (0x10 << 8 | 0) >> 4 & 0xfff;
	struct fixture f;

	(void)state;
	start(&f, "model:e1000");
	assert_false(takes(&f, other));
	assert_false(takes(&f, group));
	assert_true(takes(&f, all));
	assert_int_equal(reg_read(&f, BPRC), 1);
	reg_write(&f, RCTL, RCTL_EN);
	assert_false(takes(&f, all));
	reg_write(&f, MTA + 4 * (hash >> 5), 1u << (hash & 31));
	assert_true(takes(&f, group));
	reg_write(&f, RCTL, RCTL_EN | 0x8); /* promiscuous */
	assert_true(takes(&f, other));
	reg_write(&f, RCTL, 0);
	assert_false(takes(&f, own_mac));
	fixture_close(&f);
}

static void test_ring__outside_the_arena__violation_not_a_crash(void **state)
{
	struct fixture f;
	uint8_t frame[60];

	(void)state;
	start(&f, "model:e1000");
	make_frame(frame, own_mac, sizeof(frame));
	reg_write(&f, RDBAH, 0xdead);
	pci_model_e1000_receive(f.fn, frame, sizeof(frame));
	assert_true(pci_model_stats(f.fn).dma_violations > 0);
	reg_write(&f, TDBAH, 0xdead);
	reg_write(&f, TDT, 5);
	assert_int_equal(reg_read(&f, TDH), 5);
	reg_write(&f, TDT, 0xffffff); /* outside the ring: the device stops */
	reg_write(&f, RDT, 0xffffff);
	assert_false(pci_model_e1000_receive(f.fn, frame, sizeof(frame)));
	fixture_close(&f);
}

struct captured {
	unsigned int count;
	size_t len;
	uint8_t frame[2048];
};

static void capture(void *arg, const void *frame, size_t len)
{
	struct captured *c = arg;

	c->count++;
	c->len = len;
	memcpy(c->frame, frame, len);
}

static void test_wire__callback_and_none(void **state)
{
	struct captured c = { 0 };
	struct fixture f;

	(void)state;
	start(&f, "model:e1000,wire=none");
	queue_frame(&f, 0, own_mac, 64);
	reg_write(&f, TDT, 1);
	assert_int_equal(reg_read(&f, GPRC), 0);
	assert_int_equal(pci_model_e1000_set_wire(f.fn, capture, &c), 0);
	queue_frame(&f, 1, own_mac, 70);
	reg_write(&f, TDT, 2);
	assert_int_equal(c.count, 1);
	assert_int_equal(c.len, 70);
	assert_memory_equal(c.frame, f.dma + TX_BUFFER + 2048, 70);
	fixture_close(&f);
}

static void test_hub__two_instances__frames_cross_and_leaving_is_fine(void **state)
{
	static const uint8_t b_mac[6] = { 2, 0, 0, 0, 0, 2 };
	struct fixture a, b;

	(void)state;
	start(&a, "model:e1000,hub=x");
	start(&b, "model:e1000,hub=x,mac=02:00:00:00:00:02");
	queue_frame(&a, 0, b_mac, 80);
	reg_write(&a, TDT, 1);
	assert_int_equal(reg_read(&b, GPRC), 1);
	assert_int_equal(reg_read(&a, GPRC), 0);
	fixture_close(&b);
	queue_frame(&a, 1, b_mac, 80);
	reg_write(&a, TDT, 2);
	assert_int_equal(reg_read(&a, GPTC), 2);
	fixture_close(&a);
}

static void test_ports__same_registers_through_address_and_data(void **state)
{
	struct fixture f;
	volatile uint8_t *ports;

	(void)state;
	fixture_open(&f, "model:e1000");
	ports = pci_function_bar(f.fn, 1)->regs;
	vfio_mmio_write32(ports, RAL0);
	assert_int_equal(vfio_mmio_read32(ports + 4), reg_read(&f, RAL0));
	vfio_mmio_write32(ports, 0x1fffc); /* no register */
	assert_int_equal(vfio_mmio_read32(ports + 4), 0);
	fixture_close(&f);
}

static void test_options__malformed__refused(void **state)
{
	static const char *const bad[] = { "model:e1000,mac=1:2:3", "model:e1000,wire=thin",
					   "model:e1000,hub=", "model:e1000,mac",
					   "model:e1000,mac=02:00:00:00:00:02:03" };

	(void)state;
	for (unsigned int i = 0; i < 5; i++) {
		struct report rep = REPORT_INIT;
		struct fixture f;

		assert_int_equal(fixture_try_open(&f, bad[i], &rep), -EINVAL);
		assert_non_null(strstr(rep.text, "option"));
	}
}

/* Two instances on a hub send to each other from two threads at once. */
static void send_many(void *arg)
{
	struct fixture *f = arg;
	static const uint8_t all[6] = { 255, 255, 255, 255, 255, 255 };

	for (unsigned int i = 0; i < 40; i++) {
		queue_frame(f, i % RING, all, 64);
		reg_write(f, TDT, (i + 1) % RING);
		reg_write(f, RDT, reg_read(f, RDH) ? reg_read(f, RDH) - 1 : RING - 1);
	}
}

static void exchange(uint64_t seed, uint64_t out[2])
{
	struct exec_thread_params params = { .name = "send", .run = send_many, .node = -1 };
	struct exec_thread *threads[2];
	struct fixture f[2];

	assert_int_equal(exec_sim_begin(seed), 0);
	start(&f[0], "model:e1000,hub=sim");
	start(&f[1], "model:e1000,hub=sim,mac=02:00:00:00:00:02");
	for (unsigned int i = 0; i < 2; i++) {
		params.arg = &f[i];
		assert_int_equal(exec_thread_start(&params, &threads[i]), 0);
	}
	exec_thread_join(threads[0]);
	exec_thread_join(threads[1]);
	for (unsigned int i = 0; i < 2; i++) {
		assert_int_equal(reg_read(&f[i], GPTC), 40);
		assert_int_equal(reg_read(&f[i], GPRC) + reg_read(&f[i], MPC), 40);
		fixture_close(&f[i]);
	}
	out[0] = exec_sim_steps();
	out[1] = exec_sim_random(UINT64_MAX);
	exec_sim_end();
}

static void test_hub__both_send_at_once__no_frame_lost_and_seed_repeats(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 10; seed++) {
		uint64_t first[2], second[2];

		exchange(seed, first);
		exchange(seed, second);
		assert_memory_equal(first, second, sizeof(first));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_eeprom__mac_and_checksum),
		cmocka_unit_test(test_mdic__phy_id_read_and_wrong_phy_an_error),
		cmocka_unit_test(test_link__slu_and_wire__status_and_lsc),
		cmocka_unit_test(test_reset__registers_as_at_power_on),
		cmocka_unit_test(test_intx__masked_by_ims_and_imc__level_semantics),
		cmocka_unit_test(test_send__loopback__received_with_both_descriptors_done),
		cmocka_unit_test(test_send__short_frame__padded_to_60),
		cmocka_unit_test(test_send__frame_in_three_descriptors__one_frame),
		cmocka_unit_test(test_receive__no_descriptor_left__counted_and_goes_on_later),
		cmocka_unit_test(test_receive__few_descriptors_left__rxdmt0),
		cmocka_unit_test(test_receive__long_frame__spread_over_buffers),
		cmocka_unit_test(test_filter__unicast_multicast_broadcast),
		cmocka_unit_test(test_ring__outside_the_arena__violation_not_a_crash),
		cmocka_unit_test(test_wire__callback_and_none),
		cmocka_unit_test(test_hub__two_instances__frames_cross_and_leaving_is_fine),
		cmocka_unit_test(test_ports__same_registers_through_address_and_data),
		cmocka_unit_test(test_options__malformed__refused),
		cmocka_unit_test(test_hub__both_send_at_once__no_frame_lost_and_seed_repeats),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
